"""Measures what it takes to work a recorded experiment out again, and to go on with it after a restart.

Usage: python benchmarks/replaying.py [--trials 200]

The study of the demo (two parameters, a threshold) is answered by its simulated participant and recorded in a file.
"Ask" is what the trials had cost when they were asked, for comparison; CPU times are those of the whole process.
"""

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.client import Client, Experiment
from aepsych_grpc.core.threads import single_thread
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.study import participant, study
from aepsych_grpc.server.in_process import InProcessTransport

BUDGET = 600.0
"""Seconds for a choice: none falls back, however busy the machine."""


class Stopwatch:
    """How long things took: seconds of CPU and of the clock on the wall, by name."""

    def __init__(self) -> None:
        self.took: dict[str, tuple[float, float]] = {}

    def timed(self, name: str, work: Callable[[], object]) -> None:
        """Do some work, and add how long it took to what has the same name."""
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        before = self.took.get(name, (0.0, 0.0))
        self.took[name] = (before[0] + time.process_time() - cpu, before[1] + time.perf_counter() - wall)


def run(experiment: Experiment, trials: int, watch: Stopwatch) -> None:
    """Answer all trials."""
    observer, rng = participant(experiment.config, ContrastSensitivity()), random.Random(1)
    for _ in range(trials):
        asked = []
        watch.timed("Ask, when it was live", lambda asked=asked: asked.append(experiment.ask(compute_budget=BUDGET)))
        experiment.tell(asked[0], observer.respond(asked[0].stimulus, rng))


def opened(database: Path, experiment_id: str) -> Experiment:
    """Return the experiment as a server has it that has just been started."""
    return Client(transport=InProcessTransport(str(database)), timeout=None).experiment(experiment_id)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200, help="trials of the experiment (default %(default)s)")
    trials = parser.parse_args().trials
    single_thread()
    watch, agreements = Stopwatch(), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "benchmark.db"
        with Client(transport=InProcessTransport(str(database)), timeout=None) as client:
            experiment = client.setup(study(trials + 1), seed=4)
            run(experiment, trials, watch)
        experiment = opened(database, experiment.experiment_id)
        watch.timed("Replay, skip_computations", lambda: list(experiment.replay(skip_computations=True)))
        watch.timed(
            "Replay, every trial worked out again",
            lambda: agreements.update(event.agreement for event in experiment.replay() if event.recorded),
        )
        watch.timed("Replay, verify_refits too", lambda: list(experiment.replay(verify_refits=True)))
        again: list[Experiment] = []
        watch.timed("Restart: first GetExperiment", lambda: again.append(opened(database, experiment.experiment_id)))
        watch.timed("Restart: first Ask after that", lambda: again[0].ask(compute_budget=BUDGET))
    caption = f"{machine()}. Of {trials} trials {agreements['same']} were the same."
    table = Table(title=f"{trials} trials, 2 parameters", caption=caption)
    table.add_column("seconds")
    for heading in ("CPU", "wall"):
        table.add_column(heading, justify="right")
    for name, took in watch.took.items():
        table.add_row(name, *(f"{seconds:.3f}" for seconds in took))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
