"""Curves with their credible bands."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aepsych_grpc.client.plots.axis import Axis
from aepsych_grpc.client.plots.style import ESTIMATE
from aepsych_grpc.client.results import Estimate, Threshold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CREDIBLE_LEVEL = 0.9
"""Probability content of every band."""

BAND_LABEL = f"{100 * CREDIBLE_LEVEL:g} % credible band"

LEAST_CROSSING = 0.5
"""Probability that a threshold lies within the bounds, below which it is not drawn: more likely there is none."""


class Band(NamedTuple):
    """A curve with its credible band: values at every point of an axis, not a number where there is nothing to draw."""

    centre: Sequence[float]
    lower: Sequence[float]
    upper: Sequence[float]


def response_band(predictions: Sequence[Estimate]) -> Band:
    """Return the response's means and credible intervals."""
    return Band([x.mean for x in predictions], [x.lower for x in predictions], [x.upper for x in predictions])


def threshold_band(threshold: Threshold) -> Band:
    """Return the threshold's medians and credible intervals, where it is likely to lie within the bounds."""
    gap = (math.nan, math.nan, math.nan)
    points = [
        (point.median, point.threshold.lower, point.threshold.upper)
        if point.crossing_probability >= LEAST_CROSSING
        else gap
        for point in threshold.points
    ]
    return Band(*(list(values) for values in zip(*points, strict=True)))


def draw_band(axes: "Axes", along: Axis, band: Band, label: str, *, filled: bool, sideways: bool = False) -> None:
    """Draw a curve with its credible band, or points with bars where the axis has named values.

    Args:
        axes: Where to draw.
        along: The axis over which the curve is drawn.
        band: The curve.
        label: What it is called in the legend.
        filled: Fill the band; else only its edges are drawn.
        sideways: The axis goes upwards and the curve's values to the right. Such a band is not filled.
    """
    if along.tick_labels:
        below = [centre - low for centre, low in zip(band.centre, band.lower, strict=True)]
        above = [high - centre for centre, high in zip(band.centre, band.upper, strict=True)]
        style: dict[str, Any] = {"fmt": "o", "color": ESTIMATE, "capsize": 4, "lw": 2, "zorder": 5}
        xs, ys = _placed(along, band.centre, sideways)
        bars: dict[str, Any] = {"xerr" if sideways else "yerr": [below, above]}
        axes.errorbar(xs, ys, **bars, label=f"{label}, {BAND_LABEL}", **style)
        return
    axes.plot(*_placed(along, band.centre, sideways), color=ESTIMATE, lw=2.2, label=label, zorder=3)
    if filled:
        fill: dict[str, Any] = {"color": ESTIMATE, "alpha": 0.22, "lw": 0, "label": BAND_LABEL, "zorder": 2}
        axes.fill_between(along.positions, band.lower, band.upper, **fill)
        return
    for edge, name in ((band.lower, BAND_LABEL), (band.upper, None)):
        axes.plot(*_placed(along, edge, sideways), color=ESTIMATE, lw=1, ls=(0, (3, 2)), label=name, zorder=3)


def _placed(along: Axis, values: Sequence[float], sideways: bool) -> tuple[Sequence[float], Sequence[float]]:  # noqa: FBT001  # as draw_band's
    return (values, along.positions) if sideways else (along.positions, values)
