"""What inducing points cost and what they change, beside inference with all trials.

Usage: python benchmarks/core_sparse.py [--compared-at 1000] [--problems ...]

On Sobol trials of test problems, on one thread: CPU time of learning (hyperparameters and belief, from nothing), of
taking in one more response, and of choosing the next trial; then how far predictions are from those of all trials.
"""

import argparse
from contextlib import AbstractContextManager
from unittest.mock import patch

import torch
from core_cost import costs, sobol_data
from core_tasks import DEFAULT, configure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.core.models import belief
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Model, TrainingData
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.rehearsal import Inline
from aepsych_grpc.session.workshop import Workshop

ALL, INDUCING = "all trials", "inducing points"
COSTS = ((1000, ALL), (1000, INDUCING), (2000, INDUCING), (5000, INDUCING))
COST_PROBLEMS = ("discrimination-2d", "discrimination-8d")
PLACES = 4096


def main() -> None:
    """Measure and print both tables."""
    arguments = _arguments()
    torch.set_num_threads(1)
    console = Console()
    console.print(_cost_table(console))
    console.print(_difference_table([PROBLEMS[name] for name in arguments.problems], arguments.compared_at, console))


def _cost_table(progress: Console) -> Table:
    columns = ("problem", "trials", "belief from", "learn", "one more response", "next trial", "both")
    table = Table(title="CPU ms on one thread, medians", title_justify="left", caption=machine())
    for column in columns:
        table.add_column(column, justify="left" if column in ("problem", "belief from") else "right")
    rows = [(name, n, way) for name in COST_PROBLEMS for n, way in COSTS]
    for name, n, way in track(rows, "costs", console=progress, transient=True):
        with _believing_by(way):
            cold, more, fit, _, _, ask = costs(PROBLEMS[name], n)
        times = (f"{value:.0f}" for value in (fit + cold, more, ask, more + ask))
        table.add_row(name, str(n), way, *times)
    return table


def _difference_table(problems: list[Problem], n: int, progress: Console) -> Table:
    columns = (
        "problem",
        "inducing points",
        "largest |dp|",
        "rms dp",
        "error of p, all trials",
        "error, inducing points",
    )
    table = Table(title=f"p after {n} trials at {PLACES} places, and its root mean squared error", title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column == "problem" else "right")
    for problem in track(problems, "differences", console=progress, transient=True):
        (phase,) = [
            phase
            for phase in assemble(configure(problem, DEFAULT, n, 0), Workshop(Inline())).phases
            if phase.acquisitions
        ]
        assert phase.learner is not None
        table.add_row(problem.name, *_differences(problem, phase.learner.model, sobol_data(problem, n)))
    return table


def _differences(problem: Problem, model: Model, data: TrainingData) -> tuple[str, ...]:
    theta, places = model.fit(data).hyperparameters, sobol_points(problem.space.d, PLACES, seed=2)
    beliefs: list[LatentPosterior] = []
    for way in (ALL, INDUCING):
        with _believing_by(way):
            posterior = model.condition(data, theta)
        assert isinstance(posterior, LatentPosterior)
        beliefs.append(posterior)
    response = model.response_given(data, theta)
    dense, sparse = (response.expected_mean(*posterior.marginals(places)) for posterior in beliefs)
    truth, change = problem.probability(places), sparse - dense
    errors = ((p - truth).square().mean().sqrt().item() for p in (dense, sparse))
    figures = (change.abs().max().item(), change.square().mean().sqrt().item(), *errors)
    return str(len(beliefs[-1].basis.points)), *(f"{figure:.5f}" for figure in figures)


def _believing_by(way: str) -> AbstractContextManager[object]:
    return patch.object(belief, "DENSE_LIMIT", 10**9 if way == ALL else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compared-at", type=int, default=1000, help="trials at which predictions are compared")
    parser.add_argument("--problems", nargs="+", choices=list(PROBLEMS), default=list(PROBLEMS), help="default: all")
    return parser.parse_args()


if __name__ == "__main__":
    main()
