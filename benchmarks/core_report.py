"""Tables and curves of the accuracy benchmark."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from aepsych_grpc.client.plots.style import INK, new_figure, set_title
from aepsych_grpc.demo.machine import machine

Record = dict[str, Any]

COLOURS = {"default": "#d55e00", "sobol": "#0072b2", "aepsych": "#0b7a5c", "aepsych-on-sobol": "#8a6bbe"}
"""Of the palette of Okabe and Ito (2008); other methods are grey."""

LABELS = {
    "level_set_brier": "level-set Brier score",
    "threshold_rmse": "threshold RMSE",
    "coverage": "coverage of 90 % bands",
    "log_loss": "log loss",
    "brier": "Brier score",
}


@dataclass(frozen=True)
class Mean:
    """A mean over seeds with its standard error."""

    value: float
    error: float
    count: int

    def __str__(self) -> str:
        """The mean ± its standard error."""
        return f"{self.value:.3f} ± {self.error:.3f}" if self.count > 1 else f"{self.value:.3f}"


def mean(values: Sequence[float]) -> Mean:
    """Return mean and standard error."""
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return Mean(statistics.fmean(values), error, len(values))


@dataclass(frozen=True)
class Results:
    """All records: one for each problem, method, seed and number of trials."""

    records: Sequence[Record]

    def values(self, problem: str, method: str, trials: int, measure: str) -> dict[int, float]:
        """Return a measure by seed."""
        wanted = {"problem": problem, "method": method, "trials": trials}
        return {
            record["seed"]: record[measure]
            for record in self.records
            if wanted.items() <= record.items() and record[measure] is not None
        }

    def names(self, key: str, **wanted: str) -> list[Any]:
        """List the different values of a key among records, in order of appearance."""
        return list(dict.fromkeys(record[key] for record in self.records if wanted.items() <= record.items()))


def accuracy_tables(results: Results, checkpoints: Sequence[int]) -> Iterable[Table]:
    """Return a table for each problem: methods and measures at the checkpoints, and differences from Sobol."""
    for problem in results.names("problem"):
        trials = [n for n in checkpoints if n in results.names("trials", problem=problem)]
        table = Table(title=f"{problem}: mean ± standard error over seeds", title_justify="left", caption=machine())
        table.add_column("method")
        table.add_column("measure")
        table.add_column("seeds", justify="right")
        for n in trials:
            table.add_column(f"{n} trials", justify="right")
        for method in results.names("method", problem=problem):
            for i, measure in enumerate(LABELS):
                found = [results.values(problem, method, n, measure) for n in trials]
                if not any(found):
                    continue
                cells = [str(mean(list(one.values()))) if one else "" for one in found]
                table.add_row("" if i else method, LABELS[measure], str(max(map(len, found))), *cells)
            if method != "sobol":
                cells = [_difference(results, problem, method, n) for n in trials]
                if any(cells):
                    table.add_row("", "  score, less Sobol's on the same seeds", "", *cells)
            table.add_section()
        yield table


def _difference(results: Results, problem: str, method: str, trials: int) -> str:
    ours = results.values(problem, method, trials, "level_set_brier")
    base = results.values(problem, "sobol", trials, "level_set_brier")
    paired = [ours[seed] - base[seed] for seed in ours if seed in base]
    if not paired:
        return ""
    found = mean(paired)
    return f"{found.value:+.3f} ± {found.error:.3f}" if found.count > 1 else f"{found.value:+.3f}"


def cost_table(results: Results, checkpoints: Sequence[int]) -> Table:
    """Return the CPU milliseconds of asks and fits in the accuracy runs, medians over seeds."""
    table = Table(
        title="CPU ms on one thread, medians over seeds: an ask (mean since the checkpoint before) / a fit for queries",
        title_justify="left",
        caption=machine(),
    )
    table.add_column("problem")
    table.add_column("method")
    trials = [n for n in checkpoints if n in results.names("trials")]
    for n in trials:
        table.add_column(f"{n} trials", justify="right")
    for problem in results.names("problem"):
        for method in results.names("method", problem=problem):
            cells = [
                " / ".join(_median(results.values(problem, method, n, which)) for which in ("ask_cpu_ms", "fit_cpu_ms"))
                for n in trials
            ]
            table.add_row(problem, method, *cells)
        table.add_section()
    return table


def _median(values: dict[int, float]) -> str:
    return f"{statistics.median(values.values()):.1f}" if values else "-"


def save_curves(results: Results, path: Path) -> None:
    """Draw the level-set Brier score over trials, a panel for each problem, with standard errors."""
    problems = results.names("problem")
    figure, panels = new_figure(len(problems))
    for axes, problem in zip(panels, problems, strict=True):
        for method in results.names("method", problem=problem):
            _draw(axes, lambda n, p=problem, m=method: results.values(p, m, n, "level_set_brier"), method, results)
        axes.set_xlabel("trials", color=INK, fontsize=11)
        axes.set_ylabel("level-set Brier score", color=INK, fontsize=11)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, labelcolor=INK)
        set_title(axes, problem, "Lower is better; bars are standard errors over seeds.")
    figure.savefig(path)


def _draw(axes: Any, values: Callable[[int], dict[int, float]], method: str, results: Results) -> None:
    trials = [n for n in sorted(results.names("trials")) if values(n)]
    means = [mean(list(values(n).values())) for n in trials]
    errors = [0.0 if math.isnan(one.error) else one.error for one in means]
    colour = COLOURS.get(method, "#8a949c")
    axes.errorbar(
        trials, [one.value for one in means], errors, color=colour, label=method, marker="o", markersize=4, capsize=2
    )
