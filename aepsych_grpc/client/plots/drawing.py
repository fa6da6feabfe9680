"""Draws fields, curves and thresholds."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.extra import needed
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.style import ESTIMATE, INK, LIGHT_TO_DEEP, TRUTH, set_axis, set_title
from aepsych_grpc.client.plots.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKER: Mapping[str, Any] = {"s": 30, "linewidths": 1.1, "edgecolors": INK, "zorder": 4, "clip_on": False}
"""Trials: filled for a response of 1, open for 0."""

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
    draw_threshold(axes, view, label=False)
    draw_trials(axes, view)
    set_axis(axes, "x", x)
    set_axis(axes, "y", y)
    set_title(axes, view.title, view.subtitle)


def draw_threshold(axes: "Axes", view: View, *, label: bool) -> None:
    """Draw the threshold along y for every x, with its credible band."""
    if view.threshold is None:
        return
    x, points = view.axes[0], view.threshold.points
    lower = [point.threshold.lower for point in points]
    upper = [point.threshold.upper for point in points]
    median = [point.median for point in points]
    names = ("estimate", "credible band") if label else ("", "")
    if x.tick_labels:
        reach = [
            [m - low for m, low in zip(median, lower, strict=True)],
            [up - m for m, up in zip(median, upper, strict=True)],
        ]
        axes.errorbar(
            x.positions, median, yerr=reach, fmt="o", color=ESTIMATE, capsize=4, lw=2, label=names[0] or None, zorder=5
        )
        return
    axes.fill_between(x.positions, lower, upper, color=ESTIMATE, alpha=0.22, lw=0, label=names[1] or None, zorder=2)
    axes.plot(x.positions, median, color=ESTIMATE, lw=2.2, label=names[0] or None, zorder=3)


def draw_truth(axes: "Axes", view: View, truth: Truth) -> None:
    """Draw the true threshold along y for every x."""
    x = view.axes[0]
    values = [truth({**view.section.held, x.name: value}) for value in x.values]
    axes.plot(x.positions, values, color=TRUTH, lw=2, ls=(0, (4, 2)), label="truth", zorder=3)


def draw_trials(axes: "Axes", view: View) -> None:
    """Draw where the trials were, filled and open by response for yes/no outcomes."""
    x, y = view.axes
    for value, face in ((1, INK), (0, "white")) if view.binary else ((None, INK),):
        told = [trial for trial in view.trials if value is None or (trial.outcomes or {})[view.outcome.name] == value]
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
        means = [point.mean for point in view.predictions]
        lower = [point.lower for point in view.predictions]
        upper = [point.upper for point in view.predictions]
        if x.tick_labels:
            reach = [
                [m - low for m, low in zip(means, lower, strict=True)],
                [up - m for m, up in zip(means, upper, strict=True)],
            ]
            axes.errorbar(x.positions, means, yerr=reach, fmt="o", color=ESTIMATE, capsize=4, lw=2, zorder=3)
        else:
            axes.fill_between(x.positions, lower, upper, color=ESTIMATE, alpha=0.22, lw=0, zorder=2)
            axes.plot(x.positions, means, color=ESTIMATE, lw=2.2, zorder=3)
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
