"""The latest events of an experiment, read once for all who watch it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import StoredEvent

POLL_SECONDS = 1.0
"""How long what another server has recorded may go unnoticed."""
TAIL = 256
"""Events kept; a watcher who lags further behind reads the log."""
PAGE = 256
"""Events read at once."""


class Feed:
    """Reads an experiment's log as it grows: when told that it did, and once a second for another server's events."""

    def __init__(self, store: EventStore, experiment_id: str, when_grown: Callable[[], None]) -> None:
        """Begin at the end of the log; `when_grown` is called when new events were found. Raises UnknownExperiment."""
        self._store, self._experiment_id, self._when_grown = store, experiment_id, when_grown
        self._reading = threading.Lock()
        self._tail: deque[StoredEvent] = deque(maxlen=TAIL)
        self.latest = store.get(experiment_id).sequence
        self._stale = True
        self._due = 0.0

    def grown(self) -> None:
        """Say that the log has grown. Never waits."""
        self._stale = True

    def after(self, sequence: int) -> Sequence[StoredEvent]:
        """Return events after a sequence, in order; not always all of them, but some if there are any.

        Raises:
            StoreUnavailable: The database can't be read.
        """
        with self._reading:
            if self._stale or time.monotonic() >= self._due:
                self._look()
            if sequence >= self.latest:
                return ()
            if self._tail and self._tail[0].sequence <= sequence + 1:
                return [event for event in self._tail if event.sequence > sequence]
        return self._store.events(self._experiment_id, sequence, PAGE)

    def _look(self) -> None:
        # Before the reading, so that what is recorded meanwhile is looked for again.
        self._stale = False
        self._due = time.monotonic() + POLL_SECONDS
        found = self._store.events(self._experiment_id, self.latest, PAGE)
        if found:
            self._tail.extend(found)
            self.latest = found[-1].sequence
            self._stale = len(found) == PAGE or self._stale
            self._when_grown()
