"""Keeps a strategy's model in step with the log.

Every result is a pure function of the log; what is remembered here only saves time.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError

from aepsych_grpc.core.models.model import Fit, Model, TrainingData
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.session.state import Refit
from aepsych_grpc.session.training import TrainingSet


class Learner:
    """Fits a model to an experiment's observations up to any sequence.

    Fits run on an executor, so that a call whose time is up can leave one running for the next call to take. With
    `keep_most_recent` a model learns from so many of the latest observations.
    """

    def __init__(
        self, model: Model, training: TrainingSet, executor: Executor, keep_most_recent: int | None = None
    ) -> None:
        self.model = model
        self._keep_most_recent = keep_most_recent
        self._training = training
        self._executor = executor
        self._lock = threading.Lock()
        self._late: tuple[int, int, Future[Fit]] | None = None
        self._latest_fit: tuple[int, int, Future[Fit]] | None = None
        self._belief: tuple[tuple[float, ...], tuple[int, ...], Posterior] | None = None
        self._readout: tuple[int, tuple[float, ...], tuple[Posterior, ...]] | None = None

    def refit_due(self, sequence: int, latest: Refit | None) -> bool:
        """Whether the observations up to `sequence` deserve new hyperparameters."""
        last = self._training.count(latest.data_sequence) if latest else None
        return self.model.refit_due(self._training.count(sequence), last)

    def fit_in_time(self, sequence: int, latest: Refit | None, timeout: float | None) -> tuple[int, Fit] | None:
        """Learn hyperparameters from the observations up to `sequence`, starting from the latest refit.

        A fit that an earlier call could not wait for is taken instead, whatever it has learned from.

        Returns:
            The sequence that was learned up to, and the hyperparameters; None when they are not ready in time.
        """
        started_from = latest.sequence if latest else 0
        if self._late and self._late[1] == started_from:
            data_sequence, _, future = self._late
        else:
            data_sequence, future = sequence, self._begin(sequence, latest)
        try:
            fit = future.result(timeout)
        except FutureTimeoutError:
            self._late = (data_sequence, started_from, future)
            return None
        self._late = None
        return data_sequence, fit

    def _begin(self, sequence: int, latest: Refit | None) -> Future[Fit]:
        started_from = latest.sequence if latest else 0
        with self._lock:
            if self._latest_fit and self._latest_fit[:2] == (sequence, started_from):
                return self._latest_fit[2]
            data, start = self._data(sequence), latest.hyperparameters if latest else None
            future = self._executor.submit(self.model.fit, data, start)
            self._latest_fit = (sequence, started_from, future)
            return future

    def belief(self, refit: Refit, steps: Sequence[int]) -> Posterior:
        """Return the belief of an ask: the data up to each step taken in from where the step before it left off.

        The steps are part of the record, so that a rebuilt experiment goes through the same numbers, bit for bit.
        """
        if self._keep_most_recent is not None:
            # Once observations have been left out, an earlier belief is no beginning of this one.
            steps = steps[-1:]
        done: tuple[int, ...] = ()
        belief = None
        if self._belief and self._belief[0] == refit.hyperparameters and _begins(steps, self._belief[1]):
            _, done, belief = self._belief
        for step in steps[len(done) :]:
            belief = self.model.condition(self._data(step), refit.hyperparameters, belief)
        if belief is None:
            raise ValueError("A belief needs at least one step.")
        self._belief = (refit.hyperparameters, tuple(steps), belief)
        return belief

    def readout(self, sequence: int, latest: Refit | None) -> tuple[Posterior, ...]:
        """Return equally likely beliefs from the observations up to `sequence`, for queries.

        Hyperparameters are those of the latest refit, or new ones where a refit is due that no ask has needed yet.
        """
        hyperparameters = self._current(sequence, latest)
        with self._lock:
            if self._readout and self._readout[:2] == (self._training.count(sequence), hyperparameters):
                return self._readout[2]
        readout = self.model.readout(self._data(sequence), hyperparameters)
        with self._lock:
            self._readout = (self._training.count(sequence), hyperparameters, readout)
        return readout

    def belief_at(self, sequence: int, latest: Refit | None) -> Posterior:
        """Return the belief from the observations up to `sequence`, with the hyperparameters of `readout`."""
        return self.model.condition(self._data(sequence), self._current(sequence, latest))

    def observation_count(self, sequence: int) -> int:
        """Count the observations that the model learns from at `sequence`."""
        return len(self._data(sequence))

    def _data(self, sequence: int) -> TrainingData:
        return self._training.up_to(sequence, self._keep_most_recent)

    def _current(self, sequence: int, latest: Refit | None) -> tuple[float, ...]:
        if latest is None or self.refit_due(sequence, latest):
            return self._begin(sequence, latest).result().hyperparameters
        return latest.hyperparameters


def _begins(steps: Sequence[int], beginning: tuple[int, ...]) -> bool:
    return tuple(steps[: len(beginning)]) == beginning
