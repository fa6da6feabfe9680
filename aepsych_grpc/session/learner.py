"""Keeps a strategy's model in step with the log.

Every result is a pure function of the log; what is remembered here only saves time.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeAlias

from aepsych_grpc.core.alternatives import Alternatives
from aepsych_grpc.core.models.expectation_propagation import TOLERANCE
from aepsych_grpc.core.models.model import Fit, Model, TrainingData
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.session.state import Refit
from aepsych_grpc.session.training import Extent, TrainingSet
from aepsych_grpc.session.workshop import Workshop

ROUGHLY = 1e-2
"""Tolerance of beliefs by alternative hyperparameters, which differ by far more from each other."""

_Key: TypeAlias = tuple[tuple[float, ...], Extent, bool]
"""What beliefs begin with: hyperparameters, observations, and whether alternatives are wanted."""


class Learner:
    """Fits a model to an experiment's observations of one outcome, up to any sequence.

    The work is done by threads of the workshop, so that a call whose time is up leaves it running for the next call.
    With `keep_most_recent` a model learns from so many of the latest observations.
    """

    def __init__(
        self,
        name: str,
        model: Model,
        training: TrainingSet,
        workshop: Workshop,
        keep_most_recent: int | None = None,
    ) -> None:
        self.name = name
        self.model = model
        self._keep_most_recent = keep_most_recent
        self._training = training
        self._executor = workshop.executor
        self._readouts = workshop.readouts
        self._lock = threading.Lock()
        self._believing = threading.Lock()
        self._late: tuple[int, int, Future[Fit]] | None = None
        self._latest_fit: tuple[int, int, Future[Fit]] | None = None
        self._begun: tuple[_Key, list[tuple[tuple[float, ...], Posterior]]] | None = None
        self._belief: tuple[Extent, Posterior]

    def refit_due(self, sequence: int, latest: Refit | None) -> bool:
        """Whether the observations up to `sequence` deserve new hyperparameters; always after a revision."""
        told, last = self._training.extent(sequence), self._training.extent(latest.data_sequence) if latest else None
        return self.model.refit_due(told.n, last.n if last and last.revisions == told.revisions else None)

    def fit_in_time(self, sequence: int, latest: Refit | None, timeout: float | None) -> tuple[int, Fit] | None:
        """Learn hyperparameters from the observations up to `sequence`, starting from the latest refit.

        A fit that an earlier call could not wait for is taken instead, whatever it has learned from, unless an
        observation was revised since.

        Returns:
            The sequence that was learned up to, and the hyperparameters; None when they are not ready in time.
        """
        started_from = latest.sequence if latest else 0
        if self._late and self._late[1] == started_from and not self._revised_between(self._late[0], sequence):
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

    def _revised_between(self, sequence: int, later: int) -> bool:
        return self._training.extent(sequence).revisions != self._training.extent(later).revisions

    def _begin(self, sequence: int, latest: Refit | None) -> Future[Fit]:
        started_from = latest.sequence if latest else 0
        with self._lock:
            if self._latest_fit and self._latest_fit[:2] == (sequence, started_from):
                return self._latest_fit[2]
            data, start = self._data(self._training.extent(sequence)), latest.hyperparameters if latest else None
            future = self._executor.submit(self.model.fit, data, start)
            self._latest_fit = (sequence, started_from, future)
            return future

    def belief_in_time(
        self, refit: Refit, first: Extent, told: Extent, timeout: float | None, *, by_alternatives: bool = False
    ) -> Posterior | None:
        """Return the belief of an ask from the observations `told`, which starts from that from the `first` of them.

        `first` are those that there were at the first ask with the same hyperparameters. So nearly all of the work is
        done once for all asks until the next refit, and a rebuilt experiment gets to the same belief, bit for bit, in
        two steps.

        With `by_alternatives` it is that by several equally likely hyperparameters, if the model knows any.

        Returns:
            The belief; None when it is not ready in time. It is worked out all the same, for the next call.
        """
        if self._keep_most_recent is not None:
            # Once observations have been left out, an earlier belief is no beginning of this one.
            first = told
        try:
            work = self._executor.submit(self._believe, refit.hyperparameters, first, told, by_alternatives)
            return work.result(timeout)
        except FutureTimeoutError:
            return None

    def _believe(
        self,
        hyperparameters: tuple[float, ...],
        first: Extent,
        told: Extent,
        by_alternatives: bool,  # noqa: FBT001  # submitted
    ) -> Posterior:
        key = (hyperparameters, first, by_alternatives)
        with self._believing:
            if self._begun is None or self._begun[0] != key:
                self._begun = key, self._beginning(hyperparameters, first, by_alternatives=by_alternatives)
                self._belief = first, _together([belief for _, belief in self._begun[1]])
            if self._belief[0] != told:
                data = self._data(told)
                tolerance = TOLERANCE if len(self._begun[1]) == 1 else ROUGHLY
                continued = [
                    self.model.condition(data, theta, begin, tolerance=tolerance) for theta, begin in self._begun[1]
                ]
                self._belief = told, _together(continued)
            return self._belief[1]

    def _beginning(
        self, hyperparameters: tuple[float, ...], told: Extent, *, by_alternatives: bool
    ) -> list[tuple[tuple[float, ...], Posterior]]:
        """Return each set of hyperparameters to choose by, and the belief that it makes."""
        data = self._data(told)
        belief = self.model.condition(data, hyperparameters)
        alternatives = self.model.alternatives(hyperparameters, belief) if by_alternatives else ()
        if not alternatives:
            return [(hyperparameters, belief)]
        return [(theta, self.model.condition(data, theta, belief, tolerance=ROUGHLY)) for theta in alternatives]

    def count(self, sequence: int) -> int:
        """Count the observations that the model learns from at a sequence."""
        n = self._training.count(sequence)
        return n if self._keep_most_recent is None else min(n, self._keep_most_recent)

    def response(self, told: Extent, hyperparameters: Sequence[float]) -> Response:
        """Return how the latent field makes responses, when these observations have been told."""
        return self.model.response_given(self._data(told), hyperparameters)

    def readout_in_time(
        self, sequence: int, latest: Refit | None, timeout: float | None
    ) -> tuple[tuple[Posterior, ...], Response] | None:
        """Return equally likely beliefs from the observations up to `sequence`, and the response, for queries.

        None when out of time.

        Hyperparameters are those of the latest refit, or new ones where a refit is due that no ask has needed yet.
        """
        fit = self._begin(sequence, latest) if latest is None or self.refit_due(sequence, latest) else None
        try:
            return self._executor.submit(self._read_out, sequence, latest, fit).result(timeout)
        except FutureTimeoutError:
            return None

    def belief_at(self, sequence: int, latest: Refit | None, *, by_alternatives: bool = False) -> Posterior:
        """Return the belief from the observations up to `sequence`, with the hyperparameters of the read-out."""
        fit = self._begin(sequence, latest) if latest is None or self.refit_due(sequence, latest) else None
        hyperparameters, told = _hyperparameters(latest, fit), self._training.extent(sequence)
        begun = self._beginning(hyperparameters, told, by_alternatives=by_alternatives)
        return _together([belief for _, belief in begun])

    def _data(self, told: Extent) -> TrainingData:
        """Return what the model learns from when these observations have been told."""
        return self._training.first(told, self._keep_most_recent)

    def _read_out(
        self, sequence: int, latest: Refit | None, fit: Future[Fit] | None
    ) -> tuple[tuple[Posterior, ...], Response]:
        hyperparameters, told = _hyperparameters(latest, fit), self._training.extent(sequence)
        readout = self._readouts.get(
            (self, told, hyperparameters), lambda: self.model.readout(self._data(told), hyperparameters)
        )
        return readout, self.response(told, hyperparameters)


def _together(beliefs: Sequence[Posterior]) -> Posterior:
    return beliefs[0] if len(beliefs) == 1 else Alternatives(tuple(beliefs))


def _hyperparameters(latest: Refit | None, fit: Future[Fit] | None) -> tuple[float, ...]:
    if fit is not None:
        return fit.result().hyperparameters
    if latest is not None:
        return latest.hyperparameters
    raise ValueError("A belief needs hyperparameters.")
