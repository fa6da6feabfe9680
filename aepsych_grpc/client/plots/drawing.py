"""Draws fields, curves and thresholds."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aepsych_grpc.client.extra import needed
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.axis import Axis
from aepsych_grpc.client.plots.style import ESTIMATE, INK, LIGHT_TO_DEEP, TRUTH, set_axis, set_title
from aepsych_grpc.client.plots.view import View

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
        binary = view.outcome.binary
        limits = (binary.guess_rate, 1 - binary.lapse_rate) if view.binary else (min(means), max(means))
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
    draw_threshold(axes, view, on_field=True)
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    draw_trials(axes, view)
    set_title(axes, view.title, view.subtitle)


def draw_threshold(axes: "Axes", view: View, *, on_field: bool) -> None:
    """Draw the threshold along y for every x, with its credible band.

    Args:
        axes: Where to draw.
        view: What to draw.
        on_field: Draw the band's edges only. Its fill would read as another colour of the field below.
    """
    if view.threshold is None:
        return
    x, points = view.axes[0], view.threshold.points
    band = Band(
        [point.median for point in points],
        [point.threshold.lower for point in points],
        [point.threshold.upper for point in points],
    )
    draw_band(axes, x, band, filled=not on_field)


class Band(NamedTuple):
    """A curve with its credible band: values at every x."""

    centre: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


def draw_band(axes: "Axes", x: Axis, band: Band, *, filled: bool) -> None:
    """Draw a curve with its credible band, or points with bars where x has named values."""
    if x.tick_labels:
        below = [centre - low for centre, low in zip(band.centre, band.lower, strict=True)]
        above = [high - centre for centre, high in zip(band.centre, band.upper, strict=True)]
        style: dict[str, Any] = {"fmt": "o", "color": ESTIMATE, "capsize": 4, "lw": 2, "zorder": 5}
        axes.errorbar(x.positions, band.centre, yerr=[below, above], label="estimate with credible interval", **style)
        return
    axes.plot(x.positions, band.centre, color=ESTIMATE, lw=2.2, label="estimate", zorder=3)
    if filled:
        axes.fill_between(
            x.positions, band.lower, band.upper, color=ESTIMATE, alpha=0.22, lw=0, label="credible band", zorder=2
        )
    else:
        edges = (x.positions, band.lower, x.positions, band.upper)
        axes.plot(*edges, color=ESTIMATE, lw=1, ls=(0, (3, 2)), zorder=3)


def draw_threshold_panel(axes: "Axes", view: View, truth: Truth | None, *, near: bool) -> None:
    """Draw a threshold with everything that belongs to it but the title.

    Args:
        axes: Where to draw.
        view: What to draw; it has a threshold.
        truth: Also draw the true threshold.
        near: Show only the part of y around the threshold instead of all of it.
    """
    x, y = view.axes
    draw_threshold(axes, view, on_field=False)
    values = [] if truth is None else [truth({**view.section.held, x.name: value}) for value in x.values]
    if values:
        axes.plot(x.positions, values, color=TRUTH, lw=2, ls=(0, (4, 2)), label="truth", zorder=3)
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    if near and view.threshold is not None:
        ends = [end for point in view.threshold.points for end in (point.threshold.lower, point.threshold.upper)]
        axes.set_ylim(*_around([*ends, *values], y))
    draw_trials(axes, view)
    axes.legend(frameon=False, fontsize=9.5, labelcolor=INK, ncols=2)


def _around(values: Sequence[float], axis: Axis) -> tuple[float, float]:
    """Return the part of an axis around some values, a quarter of their range wider on either side."""
    low, high = (max(min(values), axis.positions[0]), min(max(values), axis.positions[-1]))
    if axis.log_scale:
        margin = (high / low) ** 0.25
        return max(low / margin, axis.positions[0]), min(high * margin, axis.positions[-1])
    room = (high - low) / 4
    return max(low - room, axis.positions[0]), min(high + room, axis.positions[-1])


def draw_trials(axes: "Axes", view: View) -> None:
    """Draw where the trials were, as far as y is shown; filled and open by response for yes/no outcomes."""
    x, y = view.axes
    low, high = axes.get_ylim()
    shown = [trial for trial in view.trials if low <= y.position(trial[y.name]) <= high]
    for value, face in ((1, INK), (0, "white")) if view.binary else ((None, INK),):
        told = [trial for trial in shown if value is None or (trial.outcomes or {})[view.outcome.name] == value]
        axes.scatter(
            [x.position(trial[x.name]) for trial in told],
            [y.position(trial[y.name]) for trial in told],
            facecolors=face,
            label=f"{view.outcome.name} = {value}" if view.binary else "trials",
            **MARKER,
        )


def draw_curve(axes: "Axes", view: View) -> None:
    """Draw the response over one parameter, with its credible band, the threshold, and the trials."""
    x = view.axes[0]
    if view.predictions:
        band = Band(
            [point.mean for point in view.predictions],
            [point.lower for point in view.predictions],
            [point.upper for point in view.predictions],
        )
        draw_band(axes, x, band, filled=True)
    subtitle = view.subtitle
    if view.threshold is not None and not x.tick_labels:
        point = view.threshold.points[0]
        axes.axvspan(point.threshold.lower, point.threshold.upper, color=INK, alpha=0.08, lw=0, zorder=1)
        axes.axvline(point.median, color=INK, lw=1.2, ls=(0, (4, 2)), zorder=2)
        interval = f"{number(point.threshold.lower)} to {number(point.threshold.upper)}"
        subtitle += f"; threshold {number(point.median)} ({interval})"
    for trial in view.trials:
        told = float((trial.outcomes or {})[view.outcome.name])
        face = "white" if view.binary and not told else INK
        axes.scatter([x.position(trial[x.name])], [told], facecolors=face, **MARKER)
    if view.binary:
        axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel(view.response_label, color=INK, fontsize=11)
    set_axis(axes, "x", x)
    set_title(axes, view.title, subtitle)
