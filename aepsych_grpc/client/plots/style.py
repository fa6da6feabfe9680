"""How the plots look: colours that colour-blind people tell apart, labels with units, no global state."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.extra import needed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from aepsych_grpc.client.plots.axis import Axis

INK = "#22303c"
"""Text, axes and markers."""
ESTIMATE = "#d55e00"
"""Vermilion of the palette of Okabe and Ito (2008)."""
TRUTH = "#0b7a5c"
"""A darkened bluish green of the same palette: legible as a line on white and on light blue."""
LIGHT_TO_DEEP = ("#f7fafd", "#dbe8f4", "#b3d0e8", "#82b1d8", "#5590c4")
"""Low to high responses; stops short of dark blue so that black markers stay legible."""
LEGEND_BELOW = 40
"""Points between a panel and its legend, for the axis's numbers and label."""
LEGEND_ROW = 15
"""Height of a legend's row in points."""
MOST_IN_A_ROW = 4
"""More entries would be wider than a panel, which then had to shrink."""


def new_figure(panels: int = 1, rows: int = 1) -> tuple["Figure", list["Axes"]]:
    """Return a figure with rows of panels side by side, drawn without a display and without pyplot's global state.

    Raises:
        ImportError: matplotlib is not installed.
    """
    figures = needed("matplotlib.figure", "plot")
    backend = needed("matplotlib.backends.backend_agg", "plot")
    figure = figures.Figure(figsize=(6.4 * panels, 4.8 * rows), dpi=150, layout="constrained", facecolor="white")
    backend.FigureCanvasAgg(figure)
    figure.get_layout_engine().set(wspace=0.05, hspace=0.05)
    panel_axes = list(figure.subplots(rows, panels, squeeze=False).flat)
    for axes in panel_axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
        axes.tick_params(colors=INK, which="both")
    return figure, panel_axes


def set_title(axes: "Axes", title: str, subtitle: str) -> None:
    """Head a panel, left-aligned."""
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold", color=INK, pad=24)
    axes.annotate(
        subtitle,
        (0, 1),
        xytext=(0, 8),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=9.5,
        color=INK,
        alpha=0.8,
    )


def set_axis(axes: "Axes", which: str, axis: "Axis") -> None:
    """Label and scale an axis ("x" or "y") for a parameter."""
    ticker = needed("matplotlib.ticker", "plot")
    getattr(axes, f"set_{which}label")(axis.label, color=INK, fontsize=11)
    target: Any = getattr(axes, f"{which}axis")
    if axis.tick_labels:
        target.set_ticks(list(axis.positions), labels=list(axis.tick_labels))
    elif axis.log_scale:
        getattr(axes, f"set_{which}scale")("log")
        target.set_major_locator(ticker.LogLocator(subs=_subdivisions(axis.positions)))
        target.set_minor_formatter(ticker.NullFormatter())
        target.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    elif axis.whole:
        target.set_major_locator(ticker.MaxNLocator(integer=True))
    getattr(axes, f"set_{which}lim")(*axis.limits)


def set_legend(axes: "Axes", remark: str) -> None:
    """Put a panel's legend below it, and a remark below that."""
    handles, labels = axes.get_legend_handles_labels()
    rows = math.ceil(len(labels) / MOST_IN_A_ROW)
    transforms = needed("matplotlib.transforms", "plot")
    below = transforms.ScaledTranslation(0, -LEGEND_BELOW / 72, axes.figure.dpi_scale_trans)
    axes.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + below,
        borderaxespad=0,
        borderpad=0,
        frameon=False,
        fontsize=9.5,
        labelcolor=INK,
        ncols=math.ceil(len(labels) / rows),
        columnspacing=1.1,
        handlelength=1.5,
        handletextpad=0.5,
    )
    if remark:
        place: dict[str, Any] = {
            "xycoords": "axes fraction",
            "textcoords": "offset points",
            "annotation_clip": False,
            "va": "top",
        }
        axes.annotate(
            remark,
            (0, 0),
            xytext=(0, -LEGEND_BELOW - rows * LEGEND_ROW - 2),
            fontsize=9,
            style="italic",
            color=INK,
            **place,
        )


def _subdivisions(positions: Sequence[float]) -> tuple[float, ...]:
    """Return which multiples of powers of ten carry labels: fewer over more decades."""
    ratio = positions[-1] / positions[0]
    if ratio > 1e3:
        return (1.0,)
    return (1.0, 3.0) if ratio > 1e2 else (1.0, 2.0, 5.0)
