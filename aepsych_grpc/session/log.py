"""An experiment's log and the state that follows from it, kept in step."""

from collections.abc import Sequence
from datetime import UTC, datetime

from aepsych_grpc.session.codec import event_from_proto
from aepsych_grpc.session.event import Event, Kind
from aepsych_grpc.session.projection import Projection
from aepsych_grpc.session.state import State
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.v1 import event_pb2


class Log:
    """The events of an experiment in the store, and its state as far as they were taken in."""

    def __init__(self, experiment_id: str, store: EventStore) -> None:
        self.state = State()
        self._experiment_id = experiment_id
        self._store = store
        self._projection = Projection()

    def catch_up(self) -> list[Event]:
        """Take in and return what the store has beyond the state. Raises UnknownExperiment, StoreUnavailable."""
        stored = self._store.events(self._experiment_id, self.state.sequence)
        return self._take([self._read(one.payload) for one in stored])

    def append(self, kinds: Sequence[Kind], *, durable: bool, finished: bool) -> list[Event]:
        """Record events in one transaction, then take them in and return them.

        `finished` says whether the experiment has ended with them, for the list of experiments.

        Raises:
            SequenceConflict: Another writer was there first; nothing is recorded.
            StoreUnavailable: The database can't be written; nothing is recorded, or its OutcomeUnknown.
        """
        now = datetime.now(UTC)
        events = [Event(self.state.sequence + 1 + i, now, kind) for i, kind in enumerate(kinds)]
        new = [self._projection.recorded(event) for event in events]
        self._store.append(self._experiment_id, self.state.sequence, new, durable=durable, finished=finished)
        return self._take(events)

    def _read(self, payload: bytes) -> Event:
        message = event_pb2.Event.FromString(payload)
        self._projection.rows(message)  # written already, by whoever has recorded the event
        return event_from_proto(message)

    def _take(self, events: list[Event]) -> list[Event]:
        for event in events:
            self.state.apply(event)
        return events
