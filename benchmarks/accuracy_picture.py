"""The README's picture of accuracy, drawn from the records of `core_accuracy.py` and `core_population.py`.

Usage: python benchmarks/accuracy_picture.py RECORDS.jsonl ... --output docs/images/accuracy.png

A panel for each problem: the level-set Brier score over trials of AEPsych's own loop, of its model and of ours on Sobol
trials, of the default, and of the default after earlier participants. Participants of a population are warped copies of
the problem; their curve is that of the default plus what the earlier ones save on the same seeds.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from core_report import COLOURS, Results, mean

from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.client.plots.style import INK, new_figure, set_title

METHODS = {
    "aepsych": "AEPsych 0.8.0, its own trials",
    "aepsych-on-sobol": "AEPsych 0.8.0, Sobol trials",
    "sobol": "aepsych-grpc, Sobol trials",
    "default": "aepsych-grpc",
    "population": "aepsych-grpc after 5 participants",
}
ALONE = "default"
TAUGHT = "population"


def curve(standard: Results, population: Results, problem: str, method: str) -> list[tuple[int, float, float]]:
    """Return trials, mean and standard error, where there are records."""
    found = []
    for n in sorted(standard.names("trials", problem=problem)):
        scores = standard.values(problem, ALONE if method == TAUGHT else method, n, "level_set_brier")
        if method == TAUGHT:
            alone, taught = (population.values(problem, which, n, "level_set_brier") for which in (ALONE, TAUGHT))
            saved = [taught[seed] - alone[seed] for seed in taught if seed in alone]
            if scores and len(saved) > 1:
                less = mean(saved)
                found.append((n, mean(list(scores.values())).value + less.value, less.error))
        elif len(scores) > 1:
            one = mean(list(scores.values()))
            found.append((n, one.value, one.error))
    return found


def draw(axes: Any, standard: Results, population: Results, problem: str) -> None:
    """Draw the panel of a problem."""
    for method, label in METHODS.items():
        points = curve(standard, population, problem, method)
        if not points:
            continue
        trials, scores, errors = zip(*points, strict=True)
        colour = COLOURS.get(method, INK)
        dashed = "--" if method == TAUGHT else "-"
        axes.errorbar(
            trials, scores, errors, color=colour, label=label, marker="o", markersize=4, capsize=2, linestyle=dashed
        )
    axes.set_xscale("log")
    ticks = [n for n in (25, 50, 100, 250) if n in standard.names("trials", problem=problem)]
    axes.set_xticks(ticks, labels=[str(n) for n in ticks])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel("trials", color=INK, fontsize=11)
    axes.set_ylabel("level-set Brier score", color=INK, fontsize=11)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    d = PROBLEMS[problem].space.d
    set_title(axes, problem, f"{d} parameters; lower is better; bars are standard errors over runs.")


def main() -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="+", type=Path, help="files of records, those of populations among them")
    parser.add_argument("--problems", nargs="+", default=["discrimination-2d", "discrimination-8d", "hartmann-6d"])
    parser.add_argument("--output", type=Path, default=Path("docs", "images", "accuracy.png"))
    arguments = parser.parse_args()
    files = [[json.loads(line) for line in file.read_text().splitlines()] for file in arguments.records]
    standard = Results([one for file in files if not _of_populations(file) for one in file])
    population = Results([one for file in files if _of_populations(file) for one in file])
    figure, panels = new_figure(len(arguments.problems))
    for axes, problem in zip(panels, arguments.problems, strict=True):
        draw(axes, standard, population, problem)
    figure.savefig(arguments.output)
    print(arguments.output)


def _of_populations(records: list[dict[str, Any]]) -> bool:
    return any(one["method"] == TAUGHT for one in records)


if __name__ == "__main__":
    main()
