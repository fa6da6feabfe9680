"""The observations that models learn from, as tensors that grow with the log."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.event import Event, Observation, ObservationTold

LEAST_ROOM = 64


class TrainingSet:
    """Trials as points of the unit cube, stimuli side by side, and responses of an outcome, in the order of telling.

    Only grows, so that what lies below a sequence stays as it is while others append, and can be handed out uncopied.
    """

    def __init__(self, space: Space, stimuli: int, outcome: str) -> None:
        self._space = space
        self._outcome = outcome
        self._sequences: list[int] = []
        self._points = np.empty((0, stimuli * space.d))
        self._responses = np.empty(0)

    def append(self, sequence: int, told: ObservationTold) -> None:
        """Take in the observation of the event at `sequence`, unless it is excluded from the model."""
        observation = told.observation
        if observation.exclude_from_model:
            return
        n = len(self._sequences)
        if n == len(self._responses):
            # Twice as much room, so that taking in n observations copies less than 2 n.
            self._points, self._responses = _with_room(self._points, 2 * n), _with_room(self._responses, 2 * n)
        self._points[n] = self._point(observation).numpy()
        self._responses[n] = float(observation.outcomes[self._outcome])
        self._sequences.append(sequence)

    def check(self, observation: Observation) -> None:
        """Raise whatever would keep the observation from being taken in, before it is on record."""
        self._point(observation)

    def _point(self, observation: Observation) -> torch.Tensor:
        return self._space.encode(observation.stimuli).reshape(-1)

    def count(self, sequence: int) -> int:
        """Count the observations up to a sequence."""
        return bisect_right(self._sequences, sequence)

    def up_to(self, sequence: int) -> TrainingData:
        """Return the observations up to a sequence."""
        return self.first(self.count(sequence))

    def latest(self, most: int | None = None) -> TrainingData:
        """Return all observations, or the `most` latest of them."""
        return self.first(len(self._sequences), most)

    def first(self, n: int, most: int | None = None) -> TrainingData:
        """Return the first n observations, or the `most` latest of them: points `n x (s d)`, responses `n`."""
        start = 0 if most is None else max(n - most, 0)
        return TrainingData(torch.from_numpy(self._points[start:n]), torch.from_numpy(self._responses[start:n]))


def take_in(training: Mapping[str, TrainingSet], events: Iterable[Event]) -> None:
    """Take what events tell into the training sets of the outcomes."""
    for event in events:
        if isinstance(event.kind, ObservationTold):
            for one in training.values():
                one.append(event.sequence, event.kind)


def _with_room(values: NDArray[np.float64], rows: int) -> NDArray[np.float64]:
    """Return a copy with so many rows, at least LEAST_ROOM, of which the further ones say nothing yet."""
    roomy = np.zeros((max(rows, LEAST_ROOM), *values.shape[1:]))
    roomy[: len(values)] = values
    return roomy
