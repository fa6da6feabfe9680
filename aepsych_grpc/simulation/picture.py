"""A picture of a simulation: errors and interval widths over trials."""

from collections.abc import Sequence
from pathlib import Path

from aepsych_grpc.client.plots.style import ESTIMATE, INK, TRUTH, new_figure, set_title
from aepsych_grpc.simulation.shown import Shown
from aepsych_grpc.simulation.summary import Row


def save(rows: Sequence[Row], shown: Shown, name: str, path: Path, *, within: float | None = None) -> None:
    """Draw to a file; its ending says the format.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: The file can't be written.
    """
    figure, (errors, intervals) = new_figure(2)
    trials = [row.trials for row in rows]
    unit = "factor" if shown.log_scale else shown.unit or "parameter's unit"
    for values, label, style in (
        ([row.error for row in rows], "half of the thresholds", "-"),
        ([row.large_error for row in rows], "nine of ten", "--"),
    ):
        errors.plot(
            trials,
            [shown.number(value) for value in values],
            style,
            color=ESTIMATE,
            marker="o",
            markersize=4,
            label=label,
        )
    if within is not None:
        errors.axhline(shown.number(within), color=TRUTH, linewidth=1, label="wanted")
    errors.set_ylabel(f"error of the threshold ({unit})", color=INK, fontsize=11)
    errors.legend(frameon=False, labelcolor=INK)
    set_title(errors, f"Threshold of {name}", "Errors are smaller than the line for that share of thresholds.")
    intervals.plot(trials, [shown.number(row.width) for row in rows], color=ESTIMATE, marker="o", markersize=4)
    intervals.set_ylabel(f"width of the 90 % credible interval ({unit})", color=INK, fontsize=11)
    last = rows[-1]
    set_title(intervals, "Credible interval", f"{last.coverage:.0%} hold the truth after {last.trials} trials.")
    for axes in (errors, intervals):
        axes.set_xlabel("trials", color=INK, fontsize=11)
        axes.set_ylim(bottom=1 if shown.log_scale else 0)
    if shown.log_scale:
        intervals.set_yscale("log")
        intervals.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    figure.savefig(path)
