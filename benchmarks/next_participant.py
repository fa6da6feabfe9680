"""Measures how long the next participant waits for what the earlier ones have taught, and what others notice of it.

Usage: python benchmarks/next_participant.py [--problem discrimination-8d] [--trials 250] [--participants 5]

A real server runs on loopback. Participants whose responses are simulated (see `bench.population`) finish a study that
learns from its participants, and one more is set up: when the lesson has been learned meanwhile, at once, and after a
restart, when the server remembers nothing. While a lesson is being learned, someone else's study goes on.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from core_tasks import DEFAULT, configure
from rich.console import Console
from rich.table import Table

from aepsych_grpc.bench.population import participant_of
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.client import Client, Experiment
from aepsych_grpc.config.experiment import PopulationPrior
from aepsych_grpc.config.proto import to_proto
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.demo.latency import percentile, timed
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.server_process import ServerProcess
from aepsych_grpc.demo.study import study
from aepsych_grpc.v1.config_pb2 import ExperimentConfig

WARM_UP_SECONDS = 8.0
PAUSE = 0.02
"""Seconds between the calls of the other study: a quick participant's are further apart."""
STIMULUS = {"contrast": 0.1, "spatial_frequency": 2.0}


class Study:
    """A study that learns from its participants, and those who take part."""

    def __init__(self, problem: str, trials: int, teachers: int) -> None:
        self._problem, self._trials, self._number = PROBLEMS[problem], trials, 0
        config = replace(configure(self._problem, DEFAULT, trials, 0), name=problem, seed=None)
        self.config: ExperimentConfig = to_proto(
            replace(config, population_prior=PopulationPrior(max_experiments=teachers))
        )

    def finish(self, experiment: Experiment) -> None:
        """Tell all responses of another participant at once, and end the experiment."""
        self._number += 1
        problem = participant_of(self._problem, self._number)
        X = sobol_points(problem.space.d, self._trials, seed=self._number)
        luck = torch.rand(len(X), dtype=torch.float64, generator=torch.Generator().manual_seed(self._number))
        responses = (luck < problem.probability(X)).int().tolist()
        experiment.tell_batch(zip(problem.space.decode(X), responses, strict=True))
        experiment.finish()


def others(client: Client, seconds: float) -> dict[str, list[float]]:
    """Run a study of two parameters for some time; return how long its calls took."""
    experiment = client.setup(study(10_000), seed=1)
    took: dict[str, list[float]] = {"Tell": [], "Ask": []}
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(took["Ask"]) < 20:
        trial = timed(experiment.ask, took["Ask"])
        time.sleep(PAUSE)
        timed(lambda trial=trial: experiment.tell(trial, int(trial["contrast"] > 0.05)), took["Tell"])
        time.sleep(PAUSE)
    return took


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problem", choices=list(PROBLEMS), default="discrimination-8d")
    parser.add_argument("--trials", type=int, default=250, help="trials of each participant (default %(default)s)")
    parser.add_argument("--participants", type=int, default=5, help="who teach the next (default %(default)s)")
    arguments = parser.parse_args()
    waits: dict[str, list[float]] = {}

    def set_up(when: str) -> Experiment:
        return timed(lambda: client.setup(plan.config), waits.setdefault(when, []))

    with tempfile.TemporaryDirectory() as name:
        plan, folder = Study(arguments.problem, arguments.trials, arguments.participants), Path(name)
        server = ServerProcess(folder / "benchmark.db", folder / "server.log")
        time.sleep(WARM_UP_SECONDS)
        client = Client(f"127.0.0.1:{server.port}")
        for _ in range(arguments.participants - 1):
            plan.finish(client.setup(plan.config))
        last = set_up("")  # waits for the lessons of those before, so that nothing is being learned now
        alone = others(client, 5)
        begin = time.monotonic()
        plan.finish(last)
        set_up("at once")
        length = time.monotonic() - begin
        plan.finish(client.setup(plan.config))
        beside = others(client, length)
        set_up("")
        set_up("a minute after the last one has finished")
        server.stop()
        server = ServerProcess(folder / "benchmark.db", folder / "server.log")
        time.sleep(WARM_UP_SECONDS)
        client = Client(f"127.0.0.1:{server.port}")
        set_up("after a restart of the server")
        server.stop()
    table = Table(caption=machine(), title=f"{arguments.problem}, {arguments.participants} x {arguments.trials} trials")
    for heading in ("milliseconds", "p50", "p99"):
        table.add_column(heading, justify="left" if heading == "milliseconds" else "right")
    for when, seconds in waits.items():
        if when:
            table.add_row(f"Setup of the next participant, {when}", f"{1e3 * percentile(seconds, 50):.0f}", "")
    for call in ("Tell", "Ask"):
        for what, took in ((f"{call} of another study", alone), ("  while a lesson is being learned", beside)):
            table.add_row(what, *(f"{1e3 * percentile(took[call], p):.1f}" for p in (50, 99)))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
