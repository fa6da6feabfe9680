"""Plots of what is known about a participant; they need `pip install 'aepsych-grpc[plot]'`."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.call import Call
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.plots.drawing import (
    Truth,
    draw_curve,
    draw_field,
    draw_threshold,
    draw_trials,
    draw_truth,
)
from aepsych_grpc.client.plots.style import INK, new_figure, set_axis, set_title
from aepsych_grpc.client.plots.view import View, field_view, threshold_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def plot(
    handle: Handle,
    parameters: Sequence[str] = (),
    *,
    fixed_parameters: Mapping[str, Any] | None = None,
    outcome: str = "",
) -> Call["Figure"]:
    """Plot the response over one or two parameters, with the trials.

    Over two parameters it is a field of colour with the threshold and its credible band; trials are filled for a
    response of 1 and open for 0. Over one parameter it is a curve with its credible band and the threshold. Trials are
    shown wherever they lie in the parameters that are held.

    Args:
        parameters: Parameters along x and y, or x alone. Default: the intensity parameter over the first of the others.
        fixed_parameters: Values of the others; those left out are held at their middle (the first of named values).
        outcome: The outcome to show. Default: the first.

    Returns:
        A matplotlib figure, ready for `savefig`.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: The parameters can't be shown so.
    """
    view = yield from field_view(handle, parameters, fixed_parameters or {}, outcome)
    figure, (axes,) = new_figure()
    if len(view.axes) == 2:
        draw_field(axes, view)
    else:
        draw_curve(axes, view)
    return figure


def plot_threshold(
    handle: Handle,
    parameter: str = "",
    *,
    truth: Truth | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
    outcome: str = "",
) -> Call["Figure"]:
    """Plot the threshold of the intensity parameter over another one, with its credible band and the trials.

    Args:
        parameter: The parameter along x. Default: the first beside the intensity.
        truth: Also draw the true threshold, a function of the other parameters' values by name.
        fixed_parameters: Values of the others; those left out are held at their middle (the first of named values).
        outcome: The outcome that defines the threshold. Default: the first.

    Returns:
        A matplotlib figure, ready for `savefig`.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: There is no threshold to plot, or nothing to plot it over.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    view = yield from threshold_view(handle, parameter, fixed_parameters or {}, outcome)
    figure, (axes,) = new_figure()
    draw_threshold_panel(axes, view, truth)
    set_title(axes, view.title, view.subtitle)
    return figure


def draw_threshold_panel(axes: "Axes", view: View, truth: Truth | None) -> None:
    """Draw a threshold with everything that belongs to it but the title."""
    draw_threshold(axes, view, label=True)
    if truth is not None:
        draw_truth(axes, view, truth)
    draw_trials(axes, view)
    set_axis(axes, "x", view.axes[0])
    set_axis(axes, "y", view.axes[1])
    axes.legend(frameon=False, fontsize=9.5, labelcolor=INK)
