"""The observations that models learn from, as tensors that grow with the log."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch

from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.event import Event, ObservationCarriedOver, ObservationTold, Stimulus, TrialRevised
from aepsych_grpc.session.rows import Rows


@dataclass(frozen=True, slots=True)
class Extent:
    """The first `n` observations as they are after so many revisions: it stands for the same data for ever."""

    revisions: int
    n: int


class TrainingSet:
    """Trials as points of the unit cube, stimuli side by side, and responses of an outcome, in the order of telling.

    A revision makes another edition of the observations; an edition only grows, so that what was handed out stays as it
    is while others append. The latest edition is at hand, an earlier one is made again when a query asks for it.
    """

    def __init__(self, space: Space, stimuli: int, outcome: str) -> None:
        self._space = space
        self._outcome = outcome
        self._told = Rows(stimuli * space.d)
        self._row_of: dict[int, int] = {}
        self._revised_at: list[int] = []
        self._revisions: list[tuple[int, float | None]] = []
        self._latest = (0, self._told)

    def carry(self, sequence: int, carried: ObservationCarriedOver) -> None:
        """Take in an observation of an earlier experiment, by the event at `sequence`."""
        self._add(sequence, carried.stimuli, carried.outcomes[self._outcome])

    def append(self, sequence: int, told: ObservationTold) -> None:
        """Take in the observation of the event at `sequence`, unless it is excluded from the model."""
        observation = told.observation
        if observation.exclude_from_model:
            return
        self._row_of[observation.trial_id] = len(self._told)
        self._add(sequence, observation.stimuli, observation.outcomes[self._outcome])

    def revise(self, sequence: int, revised: TrialRevised) -> None:
        """Take in the revision of the event at `sequence`, unless the observation is excluded from the model."""
        if (row := self._row_of.get(revised.trial_id)) is None:
            return
        self._revisions.append((row, revised.outcomes.get(self._outcome)))
        # Whoever reads meanwhile asks for earlier sequences: an edition's end is known before the next one takes over.
        self._revised_at.append(sequence)
        self._latest = (len(self._revisions), self._edition(len(self._revisions), len(self._told)))

    def check(self, stimuli: tuple[Stimulus, ...]) -> None:
        """Raise whatever would keep an observation from being taken in, before it is on record."""
        self._point(stimuli)

    def extent(self, sequence: int) -> Extent:
        """Return which observations there are after the event at `sequence`."""
        revisions = bisect_right(self._revised_at, sequence)
        return Extent(revisions, self._rows(revisions).up_to(sequence))

    def count(self, sequence: int) -> int:
        """Count the observations after the event at `sequence`."""
        return self.extent(sequence).n

    def latest(self, most: int | None = None) -> TrainingData:
        """Return all observations, or the `most` latest of them."""
        revisions, rows = self._latest
        return self.first(Extent(revisions, len(rows)), most)

    def first(self, extent: Extent, most: int | None = None) -> TrainingData:
        """Return the observations of an extent, or the `most` latest of them: points `n x (s d)`, responses `n`."""
        start = 0 if most is None else max(extent.n - most, 0)
        points, responses = self._rows(extent.revisions).between(start, extent.n)
        return TrainingData(torch.from_numpy(points), torch.from_numpy(responses))

    def _add(self, sequence: int, stimuli: tuple[Stimulus, ...], response: float) -> None:
        point = self._point(stimuli).numpy()
        _, latest = self._latest
        self._told.append(sequence, point, float(response))
        if latest is not self._told:
            latest.append(sequence, point, float(response))

    def _point(self, stimuli: tuple[Stimulus, ...]) -> torch.Tensor:
        return self._space.encode(stimuli).reshape(-1)

    def _rows(self, revisions: int) -> Rows:
        at_hand, rows = self._latest
        if revisions == at_hand:
            return rows
        return self._edition(revisions, self._told.up_to(self._revised_at[revisions]))

    def _edition(self, revisions: int, n: int) -> Rows:
        """Return the first n told observations after so many revisions."""
        final = dict(self._revisions[:revisions])
        return self._told.with_responses({row: response for row, response in final.items() if row < n}, n)


def take_in(training: Mapping[str, TrainingSet], events: Iterable[Event]) -> None:
    """Take what events tell and revise into the training sets of the outcomes."""
    for event in events:
        if isinstance(event.kind, ObservationTold):
            for one in training.values():
                one.append(event.sequence, event.kind)
        elif isinstance(event.kind, ObservationCarriedOver):
            for one in training.values():
                one.carry(event.sequence, event.kind)
        elif isinstance(event.kind, TrialRevised):
            for one in training.values():
                one.revise(event.sequence, event.kind)
