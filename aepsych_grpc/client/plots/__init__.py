"""Plots of what is known about a participant; they need `pip install 'aepsych-grpc[plot]'`."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.call import Call
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.plots.drawing import Truth, draw_curve, draw_field, draw_threshold_panel
from aepsych_grpc.client.plots.growth import draw_growth, growth, spread, told_sequences
from aepsych_grpc.client.plots.style import new_figure, set_title
from aepsych_grpc.client.plots.view import field_view, threshold_view

if TYPE_CHECKING:
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
    shown wherever they lie in the numbers that are held, but not those with other named values.

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
    draw_threshold_panel(axes, view, truth, near=False)
    set_title(axes, view.title, view.subtitle)
    return figure


def plot_overview(
    handle: Handle,
    *,
    truth: Truth | None = None,
    fixed_parameters: Mapping[str, Any] | None = None,
    outcome: str = "",
) -> Call["Figure"]:
    """Plot the response over two parameters, and the threshold by itself beside it, near enough to read its band.

    Args:
        truth: Also draw the true threshold, a function of the other parameters' values by name.
        fixed_parameters: Values of the parameters that are not shown; those left out are held at their middle.
        outcome: The outcome that defines the threshold. Default: the first.

    Returns:
        A matplotlib figure, ready for `savefig`.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: There is no threshold to plot, or nothing to plot it over.
        NothingToModelError: There is no model, or nothing has been told that it could learn from.
    """
    held = fixed_parameters or {}
    close = yield from threshold_view(handle, "", held, outcome)
    wide = yield from field_view(handle, [axis.name for axis in close.axes], held, outcome)
    figure, (left, right) = new_figure(panels=2)
    draw_field(left, wide)
    draw_threshold_panel(right, close, truth, near=True)
    set_title(right, "Threshold", close.threshold_label)
    return figure


def plot_growth(
    handle: Handle,
    parameters: Sequence[str] = (),
    *,
    fixed_parameters: Mapping[str, Any] | None = None,
    outcome: str = "",
) -> Call["Figure"]:
    """Plot how what is known has grown: the response after ever more trials, and the threshold over their number.

    Where the parameters or the outcome have no threshold, there is one more panel of the response instead.

    Args:
        parameters: Parameters along x and y, or x alone. Default: the intensity parameter over the first of the others.
        fixed_parameters: Values of the others; those left out are held at their middle (the first of named values).
        outcome: The outcome to show. Default: the first.

    Returns:
        A matplotlib figure, ready for `savefig`.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: The parameters can't be shown so, or nothing has been told yet.
    """
    held = fixed_parameters or {}
    told = yield from told_sequences(handle)
    if not told:
        raise ValueError("No trial has its response yet, so that nothing has grown.")
    views = [(yield from field_view(handle.at(told[-1]), parameters, held, outcome))]
    last = views[0]
    for count in spread(len(told), 4 if last.threshold is None else 3)[-2::-1]:
        views += [(yield from field_view(handle.at(told[count - 1]), parameters, held, outcome))]
    grown = None if last.threshold is None else (yield from growth(handle, last, told, held))
    figure, axes = new_figure(panels=2, rows=2)
    draw = draw_field if len(last.axes) == 2 else draw_curve
    for at, view in zip(axes, reversed(views), strict=False):
        draw(at, view)
    if grown is not None:
        draw_growth(axes[-1], last, grown)
    for empty in axes[len(views) : None if grown is None else -1]:
        empty.set_axis_off()
    return figure
