"""Draws fields, curves and thresholds."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.extra import needed
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.apart import side_by_side, stacked
from aepsych_grpc.client.plots.axis import Axis
from aepsych_grpc.client.plots.band import draw_band, response_band, threshold_band
from aepsych_grpc.client.plots.style import INK, LIGHT_TO_DEEP, TRUTH, set_axis, set_legend, set_title
from aepsych_grpc.client.plots.view import View
from aepsych_grpc.client.trial import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKER: Mapping[str, Any] = {"s": 30, "linewidths": 1.1, "edgecolors": INK, "zorder": 4, "clip_on": False}
"""Trials: filled for a response of 1, open for 0; whole at the edge of what is shown."""

Truth = Callable[[Mapping[str, Any]], float]
"""The true threshold for a setting of the other parameters."""


def draw_field(axes: "Axes", view: View) -> None:
    """Draw the response over two parameters, with the threshold, its credible band, and the trials."""
    colors = needed("matplotlib.colors", "plot")
    x, y = view.axes
    if view.predictions:
        width = len(x.values)
        means = [point.mean for point in view.predictions]
        rows = [means[i : i + width] for i in range(0, len(means), width)]
        rates = view.rates
        limits = (min(means), max(means)) if rates is None else (rates.guess_rate, 1 - rates.lapse_rate)
        mesh = axes.pcolormesh(
            x.positions,
            y.positions,
            rows,
            cmap=colors.LinearSegmentedColormap.from_list("light_to_deep", LIGHT_TO_DEEP),
            vmin=limits[0],
            vmax=limits[1],
            shading="gouraud" if not (x.tick_labels or y.tick_labels) else "nearest",
            zorder=1,
        )
        bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, aspect=28)
        bar.set_label(view.response_label, color=INK, fontsize=10)
        bar.outline.set_visible(False)
        bar.ax.tick_params(colors=INK)
    if view.threshold is not None:
        along = y if view.sideways else x
        # A filled band would read as another colour of the field below.
        draw_band(axes, along, threshold_band(view.threshold), "threshold", filled=False, sideways=view.sideways)
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    draw_trials(axes, view)
    set_title(axes, view.title, view.subtitle)
    set_legend(axes, view.remark)


def draw_threshold_panel(axes: "Axes", view: View, truth: Truth | None, *, near: bool) -> None:
    """Draw a threshold along y with everything that belongs to it but the title.

    Args:
        axes: Where to draw.
        view: What to draw; it has a threshold.
        truth: Also draw the true threshold.
        near: Show only the part of y around the threshold instead of all of it.
    """
    x, y = view.axes
    assert view.threshold is not None  # noqa: S101  # a threshold's view is made with one
    band = threshold_band(view.threshold)
    draw_band(axes, x, band, "estimate", filled=True)
    values = [] if truth is None else [truth({**view.section.held, x.name: value}) for value in x.values]
    if values:
        axes.plot(x.positions, values, color=TRUTH, lw=2, ls=(0, (4, 2)), label="truth", zorder=3)
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    ends = [end for end in (*band.lower, *band.upper) if not math.isnan(end)]
    if near and ends:
        axes.set_ylim(*_around([*ends, *values], y))
    draw_trials(axes, view)
    set_legend(axes, view.remark)


def _around(values: Sequence[float], axis: Axis) -> tuple[float, float]:
    """Return the part of an axis around some values, a quarter of their range wider on either side."""
    low, high = (max(min(values), axis.positions[0]), min(max(values), axis.positions[-1]))
    if axis.log_scale:
        margin = (high / low) ** 0.25
        return max(low / margin, axis.positions[0]), min(high * margin, axis.positions[-1])
    room = (high - low) / 4
    return max(low - room, axis.positions[0]), min(high + room, axis.positions[-1])


def draw_trials(axes: "Axes", view: View) -> None:
    """Draw where the trials were, as far as y is shown: filled and open by response, shaded for proportions."""
    x, y = view.axes
    low, high = axes.get_ylim()
    shown = [trial for trial in view.trials if low <= y.position(trial[y.name]) <= high]
    places = [(x.position(trial[x.name]), y.position(trial[y.name])) for trial in shown]
    _scatter(axes, view, shown, side_by_side(places, x), [place[1] for place in places])


def _scatter(axes: "Axes", view: View, trials: Sequence[Trial], xs: Sequence[float], ys: Sequence[float]) -> None:
    """Draw trials as markers: filled for a response of 1 and open for 0, and proportions in shades between."""
    name = view.outcome.name
    told = [response(trial, name) for trial in trials]
    if view.rates is not None and not view.binary:
        shades = [_shade(given / view.presentations) for given in told]
        axes.scatter(xs, ys, facecolors=shades or INK, label=f"{name}: darker for more", **MARKER)
        return
    for value, face in ((1, INK), (0, "white")) if view.binary else ((None, INK),):
        chosen = [i for i, given in enumerate(told) if value is None or given == value]
        axes.scatter(
            [xs[i] for i in chosen],
            [ys[i] for i in chosen],
            facecolors=face,
            label=f"{name} = {value}" if view.binary else "trials",
            **MARKER,
        )


def _shade(share: float) -> tuple[float, ...]:
    """Return a colour between white, for 0, and ink, for 1."""
    ink = needed("matplotlib.colors", "plot").to_rgb(INK)
    return tuple(1 - share * (1 - part) for part in ink)


def response(trial: Trial, outcome: str) -> float:
    """Return what was told of an outcome."""
    return (trial.outcomes or {})[outcome]


def draw_curve(axes: "Axes", view: View) -> None:
    """Draw the response over one parameter, with its credible band, the threshold, and the trials."""
    x = view.axes[0]
    if view.predictions:
        draw_band(axes, x, response_band(view.predictions), "estimate", filled=True)
    subtitle = view.subtitle
    if view.threshold is not None and not view.remark:
        point = view.threshold.points[0]
        axes.axvspan(point.threshold.lower, point.threshold.upper, color=INK, alpha=0.08, lw=0, zorder=1)
        axes.axvline(point.median, color=INK, lw=1.2, ls=(0, (4, 2)), label="threshold", zorder=2)
        interval = f"{number(point.threshold.lower)} to {number(point.threshold.upper)}"
        subtitle += f"; threshold {number(point.median)} ({interval})"
    told = [response(trial, view.outcome.name) for trial in view.trials]
    xs = [x.position(trial[x.name]) for trial in view.trials]
    if view.binary:
        _scatter(axes, view, view.trials, xs, stacked([(at, int(given)) for at, given in zip(xs, told, strict=True)]))
        axes.set_ylim(-0.03, 1.03)
    elif view.rates is not None:
        shares = [given / view.presentations for given in told]
        _scatter(axes, view, view.trials, side_by_side(list(zip(xs, shares, strict=True)), x), shares)
        axes.set_ylim(-0.03, 1.03)
    else:
        _scatter(axes, view, view.trials, side_by_side(list(zip(xs, told, strict=True)), x), told)
    axes.set_ylabel(view.response_label, color=INK, fontsize=11)
    set_axis(axes, "x", x)
    set_title(axes, view.title, subtitle)
    set_legend(axes, view.remark)
