"""What acquisition functions make of ratings, measurements and choices: how well the field and its peak are known.

Usage: python benchmarks/whole_field.py [--kinds ...] [--acquisitions ...] [--dimensions 2 4] [--seeds 24]

Simulated observers of random smooth fields answer the default strategies, each with an acquisition function of the
catalogue. Seeds are paired: with a seed, every function meets the same field and the same luck in its t-th response.
Two measures, lower is better, each with its mean difference from the default and the standard error of that:

    error   sqrt(1 - r^2), r the correlation of f and its posterior mean over the space: free of f's unit and zero,
            which ratings and choices tell little of
    regret  by how much f at the place of its expected maximum falls short of its maximum, in f's standard deviations
"""

import argparse
import random
from collections import defaultdict
from collections.abc import Callable, Iterator

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from aepsych_grpc.bench.observers import ChoiceObserver, ContinuousObserver, OrdinalObserver
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.learning import default_for, fits
from aepsych_grpc.config.outcome import Choice, Continuous, Kind, Ordinal, Outcome
from aepsych_grpc.config.parameter import Continuous as ContinuousParameter
from aepsych_grpc.config.parameter import Parameter, Value
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.session.rehearsal import Rehearsal

FEATURES = 64
LENGTHSCALE = 0.3
"""Of the random fields, times the square root of the number of parameters."""
HEIGHT = 3.0
"""Their standard deviation; the noise of a choice or a rating has one of 1."""
CHECKPOINTS = (20, 40, 60)
POINTS = 2048

UNIT = ContinuousParameter(lower_bound=0, upper_bound=1)
KINDS: dict[str, Kind] = {"choice": Choice(), "ordinal": Ordinal(levels=5), "continuous": Continuous()}
Field = Callable[[np.ndarray], np.ndarray]
Measures = dict[tuple[int, str], float]


def field_of(d: int, seed: int) -> Field:
    """Return a draw from a Gaussian process, by random Fourier features (Rahimi and Recht 2007)."""
    rng = np.random.default_rng(seed)
    frequencies = rng.standard_normal((FEATURES, d)) / (LENGTHSCALE * np.sqrt(d))
    phases, weights = rng.uniform(0, 2 * np.pi, FEATURES), rng.standard_normal(FEATURES)
    return lambda X: HEIGHT * np.sqrt(2 / FEATURES) * np.cos(X @ frequencies.T + phases) @ weights


def measures(kind: str, acquisition: str, d: int, seed: int) -> Measures:
    """Run one observer; return the measures after some numbers of trials."""
    field, luck = field_of(d, seed), random.Random(seed)
    names = [f"x{i}" for i in range(d)]
    observed = {
        "choice": lambda f: ChoiceObserver(field=f),
        "ordinal": lambda f: OrdinalObserver(field=f, cuts=(-3, -1, 1, 3)),
        "continuous": lambda f: ContinuousObserver(field=f, noise=1.0),
    }

    def at(stimulus: dict[str, Value]) -> float:
        return float(field(np.array([[stimulus[name] for name in names]]))[0])

    observer = observed[kind](at)
    rehearsal = Rehearsal(_config(kind, acquisition, names, seed))
    X = sobol_points(d, POINTS, seed=77)
    truth = field(X.numpy())
    found: Measures = {}
    for n in range(1, CHECKPOINTS[-1] + 1):
        trial = rehearsal.ask()
        assert trial is not None
        # The same luck in the t-th response, however many numbers a response takes.
        rng = random.Random(luck.random())
        shown = trial.stimuli if kind == "choice" else trial.stimuli[0]
        rehearsal.tell(trial, observer.respond(shown, rng))
        if n in CHECKPOINTS:
            fitted = rehearsal.fitted()
            mean = torch.stack([belief.marginals(X)[0] for belief in fitted.readout]).mean(0).numpy()
            found[n, "error"] = float(np.sqrt(1 - np.corrcoef(mean, truth)[0, 1] ** 2))
            found[n, "regret"] = float((truth.max() - truth[mean.argmax()]) / truth.std())
    return found


def _config(kind: str, acquisition: str, names: list[str], seed: int) -> ExperimentConfig:
    strategies = (
        Strategy(name="begin", generator=Component(name="sobol"), stopping=Stopping(min_asks=10)),
        Strategy(
            name="adaptive",
            generator=Component(name="optimize_acquisition"),
            acquisition=Component(name=acquisition),
            stopping=Stopping(min_asks=CHECKPOINTS[-1] - 10),
        ),
    )
    config = ExperimentConfig(
        parameters=tuple(
            Parameter(name=name, kind=ContinuousParameter(lower_bound=0, upper_bound=1)) for name in names
        ),
        outcomes=(Outcome(name="response", kind=KINDS[kind]),),
        strategies=strategies,
        stimuli_per_trial=2 if kind == "choice" else 1,
        seed=seed,
    )
    return from_proto(to_proto(config), CATALOGUE)


def rows(kind: str, d: int, acquisitions: list[str], seeds: int) -> Iterator[list[str]]:
    """Return the table's rows: the default's means, and differences from it."""
    default = default_for(CATALOGUE.acquisitions, kind)
    assert default is not None
    results: dict[str, list[Measures]] = defaultdict(list)
    for seed in range(seeds):
        for name in {default.name, *acquisitions}:
            results[name].append(measures(kind, name, d, seed))
    for name in dict.fromkeys([default.name, *acquisitions]):
        cells = []
        for key in [(n, what) for what in ("error", "regret") for n in CHECKPOINTS]:
            own, base = (np.array([one[key] for one in results[which]]) for which in (name, default.name))
            difference, s_e = (own - base).mean(), (own - base).std(ddof=1) / np.sqrt(seeds)
            cells.append(f"{own.mean():.3f}" if name == default.name else f"{difference:+.3f} ± {s_e:.3f}")
        yield [f"{kind}, {d}-d", name, *cells]


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--acquisitions", nargs="+", choices=list(CATALOGUE.acquisitions), help="default: all that fit")
    parser.add_argument("--dimensions", nargs="+", type=int, default=[2, 4])
    parser.add_argument("--seeds", type=int, default=24)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    table = Table("problem", "acquisition")
    for what in ("error", "regret"):
        for n in CHECKPOINTS:
            table.add_column(f"{what} {n}", justify="right")
    for kind in arguments.kinds:
        names = [name for name, entry in CATALOGUE.acquisitions.items() if fits(entry, kind)]
        wanted = [name for name in arguments.acquisitions or names if name in names]
        for d in arguments.dimensions:
            for row in rows(kind, d, wanted, arguments.seeds):
                table.add_row(*row)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
