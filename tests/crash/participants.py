"""Participants who answer trial after trial, each in a thread, whatever becomes of the servers."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.caller import Caller, Refused
from crash.journal import Journal
from crash.studies import model_study, observation, sobol_study, unasked

STEPS_PER_EXPERIMENT = 25
"""Then the experiment is finished and another one set up: that, too, must survive."""

BUDGET_MILLISECONDS = 300
"""Time for a choice: a model that a restarted server must first fit again may take longer."""

END_WITHIN = 30.0
"""Seconds within which every call that was begun is answered by a running server."""


class Participant(threading.Thread):
    """Goes through experiments of a group until told to stop, and then until its last call is acknowledged.

    Participants of the same group set up and run the same experiments together.
    """

    def __init__(self, name: str, group: str, caller: Caller, until: threading.Event, rng: random.Random) -> None:
        super().__init__(name=name, daemon=True)
        self._group = group
        self._caller = caller
        self._until = until
        self._rng = rng
        self._ids = 0

    def run(self) -> None:
        number = 0
        while not self._until.is_set():
            number += 1
            setup = v1.SetupRequest(
                request_id=f"{self._group}-{number}",
                participant_id=self._group,
                config=model_study() if "model" in self._group else sobol_study(),
            )
            try:
                self._go_through(self._caller.send("Setup", setup).experiment_id)
            except Refused:
                continue  # it is written down; on with another experiment

    def _go_through(self, experiment_id: str) -> None:
        steps = (self._ask_and_tell, self._tell_and_ask, self._tell_several, self._tell_unasked)
        for _ in range(STEPS_PER_EXPERIMENT):
            self._rng.choices(steps, (4, 2, 1, 1))[0](experiment_id)
            if self._until.is_set():
                return
        if "shared" not in self._group:  # others may still be asking
            finish = v1.FinishExperimentRequest(experiment_id=experiment_id, request_id=self._id(), reason="done")
            self._caller.send("FinishExperiment", finish)

    def _ask_and_tell(self, experiment_id: str) -> None:
        for trial in self._ask(experiment_id, 1):
            self._tell(experiment_id, observation(self._outcome(), trial_id=trial.trial_id))

    def _tell_and_ask(self, experiment_id: str) -> None:
        (first,) = self._ask(experiment_id, 1)
        answer = observation(self._outcome(), trial_id=first.trial_id, observation_id=self._id())
        request = v1.TellRequest(experiment_id=experiment_id, observations=[answer])
        request.ask_next.compute_budget.FromMilliseconds(BUDGET_MILLISECONDS)
        for trial in self._caller.send("Tell", request).next_trials:
            self._tell(experiment_id, observation(self._outcome(), trial_id=trial.trial_id))

    def _tell_several(self, experiment_id: str) -> None:
        trials = self._ask(experiment_id, 3)
        self._tell(experiment_id, *(observation(self._outcome(), trial_id=trial.trial_id) for trial in trials))

    def _tell_unasked(self, experiment_id: str) -> None:
        shown = unasked(self._outcome(), self._id(), self._rng.random(), self._rng.random())
        self._tell(experiment_id, shown)

    def _ask(self, experiment_id: str, count: int):
        request = v1.AskRequest(experiment_id=experiment_id, request_id=self._id(), count=count)
        request.compute_budget.FromMilliseconds(BUDGET_MILLISECONDS)
        return self._caller.send("Ask", request).trials

    def _tell(self, experiment_id: str, *observations) -> None:
        self._caller.send("Tell", v1.TellRequest(experiment_id=experiment_id, observations=observations))

    def _outcome(self) -> int:
        return self._rng.randrange(2)

    def _id(self) -> str:
        self._ids += 1
        return f"{self.name}-{self._ids}"


GROUPS = ("sobol-shared", "sobol-shared", "sobol", "model")
"""Four participants; two of them share their experiments."""

ALL_TOGETHER = ("sobol-shared", "sobol-shared", "model-shared", "model-shared")
"""Four participants, each of whom shares its experiments with another."""


@contextmanager
def participants(targets: Sequence[str], rng: random.Random, groups: Sequence[str] = GROUPS) -> Iterator[Journal]:
    """Let participants answer for the length of the block, through whichever of the servers.

    The block must leave a server running: on leaving, every call that was begun is sent until it is acknowledged.
    """
    crowd = f"{rng.getrandbits(32):08x}"  # in all of their ids: another crowd makes others
    journal, stop = Journal(), threading.Event()
    callers = [Caller(targets, journal, random.Random(rng.random())) for _ in groups]
    all_of_them = [
        Participant(f"{crowd}-p{i}", f"{crowd}-{group}", caller, stop, random.Random(rng.random()))
        for i, (group, caller) in enumerate(zip(groups, callers, strict=True))
    ]
    for one in all_of_them:
        one.start()
    try:
        yield journal
    finally:
        stop.set()
        deadline = time.monotonic() + END_WITHIN
        for one in all_of_them:
            one.join(max(deadline - time.monotonic(), 0))
        for caller in callers:
            caller.close()
    if any(one.is_alive() for one in all_of_them):
        journal.refuse(f"a call has not come to its end within {END_WITHIN:g} s of a running server")
