"""How much earlier participants save the next one: the population prior, beside the same method without it.

Usage: python benchmarks/core_population.py [--problems ...] [--populations 9] [--members 6] [--trials 250]

A population is six participants whose fields are differently warped copies of a problem (see `bench.population`).
Each goes through the default strategies alone; then each does so again with the prior that the other five's responses
have taught. With the same seed, and so the same luck in the t-th response, the two are paired. Finished populations are
kept in the result file, and the same command started again goes on where it was.
"""

import argparse
import json
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import torch
from core_measures import Truth
from core_report import Record, Results, mean
from core_tasks import DEFAULT, OUTCOME, SOBOL, configure
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.bench.population import participant_of
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.session.event import LearnedPrior
from aepsych_grpc.session.rehearsal import Rehearsal

ALONE, TAUGHT = DEFAULT, "population"
CHECKPOINTS = (25, 50, 100, 250)
FIRST_SEED = 1000
"""Seeds below it are for choosing defaults; what is reported starts here."""

console = Console(width=120)


@dataclass(frozen=True, kw_only=True)
class Population:
    """A population to run; the seed of a member is `seed * members + its number`."""

    problem: str
    seed: int
    members: int
    trials: int

    @property
    def last_seed(self) -> int:
        """The seed of the last member."""
        return (self.seed + 1) * self.members - 1

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The numbers of trials after which members are measured."""
        return tuple(n for n in CHECKPOINTS if n <= self.trials)


def run(population: Population) -> list[Record]:
    """Run all members alone, with Sobol trials, and taught by the others."""
    torch.set_num_threads(1)
    seeds = [population.seed * population.members + i for i in range(population.members)]
    records: list[Record] = []
    told: list[TrainingData] = []
    for seed in seeds:
        loop = _Loop(population, seed, ALONE, ())
        records += loop.run()
        told.append(loop.data())
    for i, seed in enumerate(seeds):
        records += _Loop(population, seed, SOBOL, ()).run()
        others = told[:i] + told[i + 1 :]
        records += _Loop(population, seed, TAUGHT, _taught(population, others)).run()
    return records


class _Loop:
    """One participant's way through an experiment."""

    def __init__(self, population: Population, seed: int, method: str, priors: tuple[LearnedPrior, ...]) -> None:
        self._population, self._seed, self._method = population, seed, method
        self._truth = Truth(participant_of(PROBLEMS[population.problem], seed))
        ours = SOBOL if method == SOBOL else DEFAULT
        self._rehearsal = Rehearsal(configure(self._truth.problem, ours, population.trials, seed), priors)
        self._X: list[torch.Tensor] = []
        self._y: list[float] = []

    def run(self) -> Iterator[Record]:
        problem, luck = self._truth.problem, random.Random(self._seed)
        for n in range(1, self._population.trials + 1):
            trial = self._rehearsal.ask()
            point = problem.space.encode(trial.stimuli)
            self._X.append(point[0])
            self._y.append(float(luck.random() < problem.probability(point).item()))
            self._rehearsal.tell(trial, self._y[-1])
            if n in self._population.checkpoints:
                key = {"problem": self._population.problem, "method": self._method, "seed": self._seed, "trials": n}
                yield {**key, **self._truth.measure(self._rehearsal.fitted()).as_record()}

    def data(self) -> TrainingData:
        return TrainingData(torch.stack(self._X), torch.tensor(self._y, dtype=torch.float64))


def _taught(population: Population, others: Sequence[TrainingData]) -> tuple[LearnedPrior, ...]:
    config = configure(PROBLEMS[population.problem], DEFAULT, population.trials, 0)
    phases = Rehearsal(config).phases
    adaptive = next(phase for phase in phases if phase.adaptive)
    assert adaptive.learner is not None
    prior = adaptive.learner.model.population_prior([[one] for one in others])
    assert prior is not None
    return tuple(
        LearnedPrior(strategy_index=phase.index, outcome=OUTCOME, experiment_ids=(), hyperprior=prior)
        for phase in phases
        if phase.learner is not None
    )


def main() -> None:
    """Run the benchmark and print a table."""
    arguments = _arguments()
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    kept = [json.loads(line) for line in arguments.output.read_text().splitlines()] if arguments.output.exists() else []
    planned = [
        Population(
            problem=name,
            seed=arguments.first_seed + i,
            members=arguments.members,
            trials=min(arguments.trials, 100) if PROBLEMS[name].space.d <= 3 else arguments.trials,
        )
        for i in range(arguments.populations)
        for name in arguments.problems
    ]
    done = {(one["problem"], one["seed"], one["method"], one["trials"]) for one in kept}
    missing = [
        one
        for one in planned
        if (one.problem, (one.seed + 1) * one.members - 1, TAUGHT, one.checkpoints[-1]) not in done
    ]
    with (
        ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool,
        arguments.output.open("a", encoding="utf-8") as stream,
    ):
        futures = [pool.submit(run, one) for one in missing]
        for future in track(as_completed(futures), "populations", len(futures), console=console):
            records = future.result()
            stream.writelines(json.dumps(record) + "\n" for record in records)
            stream.flush()
            kept += records
    console.print(_table(Results(kept), arguments.problems))


def _table(results: Results, problems: Sequence[str]) -> Table:
    table = Table(title="level-set Brier score: mean ± standard error", title_justify="left", caption=machine())
    for column in ("problem", "method", "participants", *(f"{n} trials" for n in CHECKPOINTS)):
        table.add_column(column)
    for problem in problems:
        for method in (SOBOL, ALONE, TAUGHT):
            found = [results.values(problem, method, n, "level_set_brier") for n in CHECKPOINTS]
            cells = [str(mean(list(one.values()))) if one else "" for one in found]
            table.add_row(problem, method, str(max(map(len, found))), *cells)
        cells = []
        for n in CHECKPOINTS:
            alone, taught = (results.values(problem, method, n, "level_set_brier") for method in (ALONE, TAUGHT))
            paired = [taught[seed] - alone[seed] for seed in taught if seed in alone]
            cells.append(f"{mean(paired).value:+.3f} ± {mean(paired).error:.3f}" if len(paired) > 1 else "")
        table.add_row("", "  population less default, paired", "", *cells)
        table.add_section()
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["discrimination-2d", "detection-2d", "discrimination-8d", "hartmann-6d"]
    parser.add_argument("--problems", nargs="+", choices=list(PROBLEMS), default=names, help="default: %(default)s")
    parser.add_argument("--populations", type=int, default=9, help="populations of each problem (default %(default)s)")
    parser.add_argument("--members", type=int, default=6, help="participants of a population (default %(default)s)")
    parser.add_argument("--trials", type=int, default=250, help="trials of each; in 2-d at most 100")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="choose defaults on seeds below %(default)s")
    parser.add_argument(
        "--output", type=Path, default=Path("benchmark-output", "population.jsonl"), help="records as JSON lines"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
