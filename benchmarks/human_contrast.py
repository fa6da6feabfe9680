"""Compares served predictions with AEPsych's on real human data: held-out log loss, Brier score, CPU per fit.

Usage: python benchmarks/human_contrast.py DATA.csv [--folds 10] [--aepsych-venv DIR]

DATA has a header and one trial per row: a 0/1 response in the first column, the stimulus's parameters in the others. For
every fold, a real server is told the other folds' trials in batches over gRPC and asked for predictions at the fold's
trials. AEPsych's default classification model fits the same folds in an environment of its own, made on first use.
Both use one thread. Linux only: CPU seconds of the server are read from /proc.
"""

import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.client import Client

AEPSYCH = "aepsych==0.8.0"
TORCH = "torch==2.13.0"
TELL_BATCH = 100
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


def served(data: Data, fold: NDArray[np.int64], *, intensity: str) -> list[FoldResult]:
    """Tell a server the training trials of each fold and ask it for predictions."""
    lower, upper = data.bounds
    config = {
        "name": "human-contrast",
        "parameters": [
            {"name": name, "continuous": {"lower_bound": float(low), "upper_bound": float(high)}}
            for name, low, high in zip(data.names, lower, upper, strict=True)
        ],
        "intensity_parameter": intensity,
        "strategies": [{"model": {"name": "gaussian_process"}, "stopping": {"run_indefinitely": True}}],
    }
    results = []
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder, "benchmark.db")) as server:
        client = Client(server.target, timeout=600)
        for k in track(range(int(fold.max()) + 1), description="aepsych-grpc", console=Console(stderr=True)):
            experiment = client.setup(config, participant_id=f"fold-{k}", seed=k)
            stimuli, responses = data.stimuli(fold != k), data.y[fold != k].tolist()
            before = server.cpu_seconds()
            trials = list(zip(stimuli, responses, strict=True))
            for start in range(0, len(trials), TELL_BATCH):
                experiment.tell_batch(trials[start : start + TELL_BATCH])
            predicted = experiment.predict(data.stimuli(fold == k))
            spent = server.cpu_seconds() - before
            results.append(FoldResult(np.array([estimate.mean for estimate in predicted]), spent))
    return results


class Server:
    """A server process of its own on a free port."""

    def __init__(self, database: Path) -> None:
        command = [sys.executable, "-m", "aepsych_grpc", "serve", "--port", "0", "--db", str(database)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        found = None
        while found is None:
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError("The server did not start.")
            found = re.search(r"listening on (\S+:\d+)", line)
        self.target = found.group(1)
        time.sleep(5)  # it warms up in the background

    def cpu_seconds(self) -> float:
        """CPU seconds of all its threads so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def aepsych(data: Data, fold: NDArray[np.int64], venv: Path) -> list[FoldResult]:
    """Fit AEPsych's default classification model to the same folds, in its own environment."""
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"Installing {AEPSYCH} into {venv} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        for package in (TORCH, AEPSYCH):
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True)
    lower, upper = data.bounds
    with tempfile.TemporaryDirectory() as folder:
        folds, answer = Path(folder, "folds.npz"), Path(folder, "result.json")
        np.savez(folds, x=data.x, y=data.y, fold=fold, lower=lower, upper=upper)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(
            [str(python), str(HERE / "aepsych_folds.py"), str(folds), str(answer)], check=True, env=environment
        )
        results = json.loads(answer.read_text())
    return [FoldResult(np.array(one["probability"]), one["cpu_seconds"]) for one in results]


def losses(result: FoldResult, y: Array) -> tuple[float, float]:
    """Return log loss and Brier score, means over a fold's held-out trials."""
    p = np.clip(result.probability, 1e-6, 1 - 1e-6)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))), float(np.mean((p - y) ** 2))


def report(data: Data, fold: NDArray[np.int64], ours: list[FoldResult], theirs: list[FoldResult]) -> None:
    """Print both scores and the CPU seconds, with paired differences over folds."""
    held_out = [data.y[fold == k] for k in range(len(ours))]
    scores = np.array(
        [[losses(result, y) for result, y in zip(method, held_out, strict=True)] for method in (ours, theirs)]
    )
    cpu = np.array([[result.cpu_seconds for result in method] for method in (ours, theirs)])
    table = Table(title=f"{len(data.y)} responses, {len(data.names)} parameters, {len(ours)} folds")
    for heading in ("", "log loss", "Brier score", "CPU s per fit"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, score, spent in zip(("aepsych-grpc", AEPSYCH), scores, cpu, strict=True):
        table.add_row(name, *(f"{value:.4f}" for value in score.mean(axis=0)), f"{np.median(spent):.2f}")
    difference = scores[0] - scores[1]
    error = difference.std(axis=0, ddof=1) / np.sqrt(len(ours))
    table.add_row(
        "difference ± s.e.",
        *(f"{mean:+.4f} ± {se:.4f}" for mean, se in zip(difference.mean(axis=0), error, strict=True)),
        f"x {np.median(cpu[0]) / np.median(cpu[1]):.2f}",
    )
    Console(width=100).print(table)


def main() -> None:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="CSV file: response, then parameters")
    parser.add_argument("--folds", type=int, default=10, help="number of folds (default 10)")
    parser.add_argument("--intensity", default="", help="parameter to declare as intensity (default: none)")
    parser.add_argument(
        "--aepsych-venv",
        type=Path,
        default=HERE.parent / ".benchmark-venv",
        help="environment of AEPsych, made if it is missing (default: .benchmark-venv)",
    )
    arguments = parser.parse_args()
    data = read(arguments.data)
    fold = np.random.default_rng(0).permutation(len(data.y)) % arguments.folds
    ours = served(data, fold, intensity=arguments.intensity)
    report(data, fold, ours, aepsych(data, fold, arguments.aepsych_venv))


if __name__ == "__main__":
    main()
