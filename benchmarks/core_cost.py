"""CPU time of what an experiment waits for: taking in a response, learning hyperparameters, choosing a trial."""

import statistics
import time
from collections.abc import Callable

import torch
from core_tasks import DEFAULT, configure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Request
from aepsych_grpc.core.generators.optimize_acquisition import OptimizeAcquisitionOptions, build_optimize_acquisition
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.rehearsal import Inline
from aepsych_grpc.session.workshop import Workshop

SIZES = (("discrimination-2d", 100), ("discrimination-2d", 250), ("discrimination-8d", 100), ("discrimination-8d", 250))
LARGE = ("discrimination-8d", 500)
REPEATS = 5


def cost_of_core(*, quick: bool, progress: Console) -> Table:
    """Measure single operations on Sobol data; medians of a few repeats."""
    columns = ("problem", "trials", "EP cold", "EP + 1 trial", "refit cold", "refit + 5 trials", "readout", "ask")
    table = Table(title="CPU ms on one thread, medians", title_justify="left", caption=machine())
    for column in columns:
        table.add_column(column, justify="left" if column == "problem" else "right")
    torch.set_num_threads(1)
    for name, n in track(SIZES if quick else (*SIZES, LARGE), "costs", console=progress, transient=True):
        table.add_row(name, str(n), *(f"{value:.1f}" for value in costs(PROBLEMS[name], n)))
    return table


def costs(problem: Problem, n: int) -> list[float]:
    """Return the milliseconds of the table's columns, after `n` trials."""
    data = sobol_data(problem, n + 5)
    first, more = TrainingData(data.X[:n], data.y[:n]), TrainingData(data.X[: n + 1], data.y[: n + 1])
    (phase,) = [
        phase for phase in assemble(configure(problem, DEFAULT, n, 0), Workshop(Inline())).phases if phase.acquisition
    ]
    assert phase.learner is not None
    assert phase.acquisition is not None
    model, space = phase.learner.model, problem.space
    fit = model.fit(first)
    theta = fit.hyperparameters
    posterior = model.condition(first, theta)
    belief = Belief(posterior=posterior, response=model.response, acquisition=phase.acquisition)
    generator = build_optimize_acquisition(GeneratorContext(space=space), OptimizeAcquisitionOptions())
    nothing_pending = torch.empty(0, 1, space.d, dtype=torch.float64)
    asks = iter(range(1000))

    def ask() -> object:
        request = Request(count=1, index=next(asks), seed=0, fixed={}, pending=nothing_pending, belief=belief)
        return generator.generate(request)

    operations: list[Callable[[], object]] = [
        lambda: model.condition(first, theta),
        lambda: model.condition(more, theta, posterior),
        lambda: model.fit(first),
        lambda: model.fit(data, theta),
        lambda: model.readout(first, theta),
        ask,
    ]
    return [_median_ms(operation) for operation in operations]


def _median_ms(operation: Callable[[], object]) -> float:
    operation()
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        operation()
        seconds.append(time.process_time() - start)
    return 1e3 * statistics.median(seconds)


def sobol_data(problem: Problem, n: int) -> TrainingData:
    """Return responses to Sobol trials, the same each time."""
    X = sobol_points(problem.space.d, n, seed=1)
    luck = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    return TrainingData(X, (luck < problem.probability(X)).double())
