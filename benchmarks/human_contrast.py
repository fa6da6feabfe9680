"""Compares served predictions with AEPsych's on real human data: held-out log loss, Brier score, CPU per fit.

Usage: python benchmarks/human_contrast.py DATA.csv

DATA has a header and one trial per row: a 0/1 response in the first column, the stimulus's parameters in the others.
For every fold, a real server is told the other folds' trials in batches over gRPC and asked for predictions at the
fold's trials. AEPsych's default classification model fits the same folds in an environment of its own, made on first
use. Both use one thread. Linux only: the server's CPU seconds are read from /proc.
"""

import argparse
import csv
import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from aepsych_environment import AEPSYCH, DEFAULT_VENV, python_of
from numpy.typing import NDArray
from process_cpu import cpu_seconds
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.client import Client
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.server_process import ServerProcess

TELL_BATCH = 100
WARM_UP_SECONDS = 8.0
"""The server loads and tries out its libraries in the background for a few seconds after it has started."""

HERE = Path(__file__).parent

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Data:
    """Responses `n`, stimuli `n x d` and the names of the `d` parameters."""

    names: tuple[str, ...]
    x: Array
    y: Array

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The smallest and largest value of each parameter."""
        return self.x.min(axis=0), self.x.max(axis=0)

    def stimuli(self, chosen: NDArray[np.bool_]) -> list[dict[str, float]]:
        """The stimuli of the chosen trials."""
        return [dict(zip(self.names, row, strict=True)) for row in self.x[chosen].tolist()]


@dataclass(frozen=True)
class FoldResult:
    """Predicted probabilities of a fold's held-out trials and the CPU seconds that they took."""

    probability: Array
    cpu_seconds: float


def read(path: Path) -> Data:
    """Read a data file."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    table = np.array(rows, dtype=np.float64)
    return Data(names=tuple(header[1:]), x=table[:, 1:], y=table[:, 0])


def served(data: Data, fold: NDArray[np.int64], *, guess_rate: float) -> list[FoldResult]:
    """Tell a server the training trials of each fold and ask it for predictions.

    The CPU seconds are all that the server spends on a fold: recording its trials, fitting and predicting.
    """
    lower, upper = data.bounds
    config = {
        "name": "human-contrast",
        "parameters": [
            {"name": name, "continuous": {"lower_bound": float(low), "upper_bound": float(high)}}
            for name, low, high in zip(data.names, lower, upper, strict=True)
        ],
        "outcomes": [{"name": "response", "binary": {"guess_rate": guess_rate}}],
        "strategies": [
            {
                "generator": {"name": "sobol"},
                "model": {"name": "gp_classification"},
                "stopping": {"run_indefinitely": True},
            }
        ],
    }
    results = []
    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder, "benchmark.db"), Path(folder, "server.log"))
        try:
            time.sleep(WARM_UP_SECONDS)
            client = Client(f"127.0.0.1:{server.port}", timeout=600)
            for k in track(range(int(fold.max()) + 1), description="aepsych-grpc", console=Console(stderr=True)):
                experiment = client.setup(config, participant_id=f"fold-{k}", seed=k)
                trials = list(zip(data.stimuli(fold != k), data.y[fold != k].tolist(), strict=True))
                before = cpu_seconds(server.pid)
                for start in range(0, len(trials), TELL_BATCH):
                    experiment.tell_batch(trials[start : start + TELL_BATCH])
                predicted = experiment.predict(data.stimuli(fold == k))
                spent = cpu_seconds(server.pid) - before
                results.append(FoldResult(np.array([estimate.mean for estimate in predicted]), spent))
        finally:
            server.stop()
    return results


def aepsych(data: Data, fold: NDArray[np.int64], venv: Path) -> list[FoldResult]:
    """Fit AEPsych's default classification model to the same folds, in its own environment."""
    python = python_of(venv)
    lower, upper = data.bounds
    with tempfile.TemporaryDirectory() as folder:
        folds, answer = Path(folder, "folds.npz"), Path(folder, "result.json")
        np.savez(folds, x=data.x, y=data.y, fold=fold, lower=lower, upper=upper)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(
            [str(python), str(HERE / "aepsych_folds.py"), str(folds), str(answer)],
            check=True,
            env=environment,
            cwd=folder,  # it writes a log
        )
        results = json.loads(answer.read_text())
    return [FoldResult(np.array(one["probability"]), one["cpu_seconds"]) for one in results]


def losses(result: FoldResult, y: Array) -> tuple[float, float]:
    """Return log loss and Brier score, means over a fold's held-out trials."""
    p = np.clip(result.probability, 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))), float(np.mean((p - y) ** 2))


def report(data: Data, fold: NDArray[np.int64], ours: dict[str, list[FoldResult]], theirs: list[FoldResult]) -> None:
    """Print scores and CPU seconds, and differences from AEPsych paired over folds."""
    held_out = [data.y[fold == k] for k in range(len(theirs))]

    def scores(method: list[FoldResult]) -> Array:
        return np.array([losses(result, y) for result, y in zip(method, held_out, strict=True)])

    def cpu(method: list[FoldResult]) -> float:
        return float(np.median([result.cpu_seconds for result in method]))

    table = Table(
        title=f"{len(data.y)} responses, {len(data.names)} parameters, {len(theirs)} folds", caption=machine()
    )
    for heading in ("", "log loss", "Brier score", "CPU s per fit"):
        table.add_column(heading, justify="right" if heading else "left")
    base = scores(theirs)
    table.add_row(AEPSYCH, *(f"{value:.4f}" for value in base.mean(axis=0)), f"{cpu(theirs):.2f}", end_section=True)
    for name, method in ours.items():
        table.add_row(name, *(f"{value:.4f}" for value in scores(method).mean(axis=0)), f"{cpu(method):.2f}")
        difference = scores(method) - base
        error = difference.std(axis=0, ddof=1) / np.sqrt(len(theirs))
        table.add_row(
            "  difference ± s.e.",
            *(f"{mean:+.4f} ± {se:.4f}" for mean, se in zip(difference.mean(axis=0), error, strict=True)),
            f"x {cpu(method) / cpu(theirs):.2f}",
            end_section=True,
        )
    Console(width=100).print(table)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="CSV file: response, then parameters")
    parser.add_argument("--folds", type=int, default=10, help="number of folds (default 10)")
    parser.add_argument(
        "--guess-rate",
        type=float,
        default=0.5,
        help="also fit with this guess rate declared, which AEPsych's default model cannot know (default 0.5)",
    )
    parser.add_argument(
        "--aepsych-venv",
        type=Path,
        default=DEFAULT_VENV,
        help="environment of AEPsych, made if it is missing (default: .benchmark-venv)",
    )
    arguments = parser.parse_args()
    data = read(arguments.data)
    fold = np.random.default_rng(0).permutation(len(data.y)) % arguments.folds
    ours = {
        f"aepsych-grpc, guess rate {rate:g}": served(data, fold, guess_rate=rate)
        for rate in sorted({0.0, arguments.guess_rate})
    }
    report(data, fold, ours, aepsych(data, fold, arguments.aepsych_venv))


if __name__ == "__main__":
    main()
