"""The observations that models learn from, as tensors that grow with the log."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping

import torch

from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.event import Event, Observation, ObservationTold


class TrainingSet:
    """Trials as points of the unit cube, stimuli side by side, and responses of an outcome, in the order of telling.

    Only grows, so that what lies below a sequence stays as it is while others append.
    """

    def __init__(self, space: Space, stimuli: int, outcome: str) -> None:
        self._space = space
        self._width = stimuli * space.d
        self._outcome = outcome
        self._sequences: list[int] = []
        self._points: list[torch.Tensor] = []
        self._responses: list[float] = []

    def append(self, sequence: int, told: ObservationTold) -> None:
        """Take in the observation of the event at `sequence`, unless it is excluded from the model."""
        observation = told.observation
        if observation.exclude_from_model:
            return
        self._points.append(self._point(observation))
        self._responses.append(float(observation.outcomes[self._outcome]))
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
        points = torch.stack(self._points[start:n]) if n else torch.empty(0, self._width, dtype=torch.float64)
        return TrainingData(points, torch.tensor(self._responses[start:n], dtype=torch.float64))


def take_in(training: Mapping[str, TrainingSet], events: Iterable[Event]) -> None:
    """Take what events tell into the training sets of the outcomes."""
    for event in events:
        if isinstance(event.kind, ObservationTold):
            for one in training.values():
                one.append(event.sequence, event.kind)
