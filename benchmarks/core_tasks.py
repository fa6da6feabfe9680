"""One run of the accuracy benchmark: a method, a problem and a seed, measured after some numbers of trials."""

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from core_measures import Measures, Truth

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.proto import from_proto, to_proto
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.session.rehearsal import Rehearsal

OUTCOME = "response"
DEFAULT = "default"
SOBOL = "sobol"
AEPSYCH_ON_SOBOL = "aepsych-on-sobol"
AEPSYCH_LOOP = "aepsych"

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A run: `checkpoints` are rising numbers of trials after which it is measured."""

    problem: str
    method: str
    seed: int
    checkpoints: tuple[int, ...]
    aepsych_python: Path | None = None

    @property
    def uses_aepsych(self) -> bool:
        """Whether AEPsych does the work."""
        return self.method in (AEPSYCH_ON_SOBOL, AEPSYCH_LOOP)


def run(task: Task) -> list[Record]:
    """Run a task; a record for each checkpoint. Trial t of a seed has the same luck with every method."""
    if not task.uses_aepsych:
        return list(_run_ours(task))
    with _peer(task) as call:
        return list(_run_loop(task, call) if task.method == AEPSYCH_LOOP else _run_on_sobol(task, call))


def configure(problem: Problem, method: str, trials: int, seed: int) -> ExperimentConfig:
    """Return the config of one of our methods: DEFAULT, SOBOL, or the name of an acquisition function."""
    blank = ExperimentConfig(
        parameters=problem.parameters,
        outcomes=(Outcome(name=OUTCOME, kind=problem.outcome),),
        strategies=(),
        intensity_parameter=problem.intensity,
        seed=seed,
    )
    default = from_proto(to_proto(blank), CATALOGUE)
    *before, adaptive = default.strategies
    if method == SOBOL:
        stopping = Stopping(min_asks=trials)
        only = Strategy(name=SOBOL, generator=Component(name=SOBOL), model=adaptive.model, stopping=stopping)
        return from_proto(to_proto(replace(default, strategies=(only,))), CATALOGUE)
    if method != DEFAULT:
        adaptive = replace(adaptive, acquisition=Component(name=method))
    begun = sum(strategy.stopping.min_asks or 0 for strategy in before)
    adaptive = replace(adaptive, stopping=Stopping(min_asks=max(trials - begun, 1)))
    return from_proto(to_proto(replace(default, strategies=(*before, adaptive))), CATALOGUE)


@cache
def truth_of(problem: str) -> Truth:
    """Return a problem's truth where methods are measured."""
    return Truth(PROBLEMS[problem])


def _run_ours(task: Task) -> Iterator[Record]:
    torch.set_num_threads(1)
    truth, luck = truth_of(task.problem), random.Random(task.seed)
    problem = truth.problem
    rehearsal = Rehearsal(configure(problem, task.method, task.checkpoints[-1], task.seed))
    ask_seconds, since = 0.0, 0
    for n in range(1, task.checkpoints[-1] + 1):
        start = time.process_time()
        trial = rehearsal.ask()
        ask_seconds += time.process_time() - start
        p = problem.probability(problem.space.encode(trial.stimuli)).item()
        rehearsal.tell(trial, float(luck.random() < p))
        if n in task.checkpoints:
            start = time.process_time()
            fitted = rehearsal.fitted()
            fit_seconds = time.process_time() - start
            yield _record(task, n, truth.measure(fitted), 1e3 * ask_seconds / (n - since), 1e3 * fit_seconds)
            ask_seconds, since = 0.0, n


def _run_on_sobol(task: Task, call: "Call") -> Iterator[Record]:
    """AEPsych's default model, fitted to the data of the method SOBOL."""
    truth, luck = truth_of(task.problem), random.Random(task.seed)
    problem, n = truth.problem, task.checkpoints[-1]
    rehearsal = Rehearsal(replace_model(configure(problem, SOBOL, n, task.seed)))
    told = 0
    for checkpoint in task.checkpoints:
        X, y = [], []
        for _ in range(checkpoint - told):
            trial = rehearsal.ask()
            point = problem.space.encode(trial.stimuli)
            y.append(float(luck.random() < problem.probability(point).item()))
            X.append(point[0].tolist())
            rehearsal.tell(trial, y[-1])
        told = checkpoint
        call({"do": "tell", "x": X, "y": y})
        measures, seconds = _believed(truth, call)
        yield _record(task, checkpoint, measures, None, 1e3 * seconds)


def replace_model(config: ExperimentConfig) -> ExperimentConfig:
    """Return a config without models, which asks the same trials when its generators need none."""
    return replace(config, strategies=tuple(replace(strategy, model=None) for strategy in config.strategies))


def _run_loop(task: Task, call: "Call") -> Iterator[Record]:
    """AEPsych's own loop, with its default model, EAVC and the settings that it ships."""
    truth, luck = truth_of(task.problem), random.Random(task.seed)
    ask_seconds, since = 0.0, 0
    for n in range(1, task.checkpoints[-1] + 1):
        asked = call({"do": "ask"}, answered=True)
        ask_seconds += asked["cpu_seconds"]
        p = truth.problem.probability(torch.tensor([asked["x"]], dtype=torch.float64)).item()
        call({"do": "tell", "x": [asked["x"]], "y": [float(luck.random() < p)]})
        if n in task.checkpoints:
            measures, seconds = _believed(truth, call)
            yield _record(task, n, measures, 1e3 * ask_seconds / (n - since), 1e3 * seconds)
            ask_seconds, since = 0.0, n


def _believed(truth: Truth, call: "Call") -> tuple[Measures, float]:
    belief = call({"do": "believe", "x": truth.all_points.tolist()}, answered=True)
    mean, variance = (torch.tensor(belief[name], dtype=torch.float64) for name in ("mean", "variance"))
    return truth.measure_probit(mean, variance), belief["cpu_seconds"]


def _record(task: Task, n: int, measures: Measures, ask_ms: float | None, fit_ms: float) -> Record:
    key = {"problem": task.problem, "method": task.method, "seed": task.seed, "trials": n}
    return {**key, **measures.as_record(), "ask_cpu_ms": ask_ms, "fit_cpu_ms": fit_ms}


class Call:
    """Says something to AEPsych's process and returns its answer, if one is expected."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, said: dict[str, Any], *, answered: bool = False) -> Any:
        """Say it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        if not answered:
            return None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("AEPsych's process has ended; run core_peer.py by hand to see why.")
        return json.loads(line)


@contextmanager
def _peer(task: Task) -> Iterator[Call]:
    problem = PROBLEMS[task.problem]
    assert task.aepsych_python is not None
    command = [str(task.aepsych_python.absolute()), str(Path(__file__).with_name("core_peer.py").absolute())]
    # It writes a log to where it runs, and lines for every trial that would drown the progress bar.
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process,
    ):
        try:
            call = Call(process)
            call({"do": "set_up", "d": problem.space.d, "target": problem.outcome.target, "seed": task.seed})
            yield call
        finally:
            process.terminate()
