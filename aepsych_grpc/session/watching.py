"""Watches experiments: their events, from any point of the log on, as they are recorded by whichever server."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.feed import POLL_SECONDS, Feed
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import StoredEvent

MOST_WATCHERS = 256
"""Watchers at the same time. Each has a thread that sleeps; the limit keeps them from taking all of a machine."""


class Watcher:
    """One who watches an experiment, from after a sequence on. `wake` and `stop` may be called from any thread."""

    def __init__(self, feed: Feed, sequence: int) -> None:
        self._feed, self._sequence = feed, sequence
        self._bell = threading.Event()
        self._stopped = False
        self._shutting_down = False

    def wake(self) -> None:
        """Have it look for new events."""
        self._bell.set()

    def stop(self, *, shutting_down: bool = False) -> None:
        """End it: nobody listens any more, or the server is shutting down."""
        self._shutting_down = shutting_down
        self._stopped = True
        self._bell.set()

    def events(self, heartbeat: float) -> Generator[StoredEvent | None, None, None]:
        """Yield events as they are recorded, and None whenever so many seconds have passed without any.

        Raises:
            ServiceError: SHUTTING_DOWN.
            StoreUnavailable: The database can't be read.
        """
        latest = time.monotonic()
        while True:
            self._bell.clear()
            if self._shutting_down:
                raise ServiceError(Reason.SHUTTING_DOWN, "The server is shutting down; watch on shortly.")
            if self._stopped:
                return
            found = self._feed.after(self._sequence)
            for event in found:
                self._sequence = event.sequence
                yield event
            now = time.monotonic()
            if not found and now < latest + heartbeat:
                self._bell.wait(min(POLL_SECONDS, latest + heartbeat - now))
                continue
            if not found:
                yield None
            latest = time.monotonic()


class Watching:
    """All who watch experiments of a store. May be called from any thread."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._feeds: dict[str, Feed] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._closed = False

    @contextmanager
    def watcher(self, experiment_id: str, after_sequence: int) -> Iterator[Watcher]:
        """Watch an experiment for the length of the block.

        Raises:
            ServiceError: INVALID_REQUEST for a sequence beyond the log, LIMIT_EXCEEDED, SHUTTING_DOWN.
            UnknownExperiment: There is none.
            StoreUnavailable: The database can't be read.
        """
        latest = self._store.get(experiment_id).sequence
        if after_sequence > latest:
            message = f"{after_sequence} given; the log has 1 to {latest}. Leave it out to watch from the first on."
            raise ServiceError(
                Reason.INVALID_REQUEST,
                "There is no such event to go on from.",
                violations=[Violation("after_sequence", message)],
            )
        feed = self._feeds.get(experiment_id) or Feed(self._store, experiment_id, partial(self._wake, experiment_id))
        watcher = self._enter(experiment_id, feed, after_sequence)
        try:
            yield watcher
        finally:
            with self._lock:
                watchers = self._watchers[experiment_id]
                watchers.discard(watcher)
                if not watchers:
                    del self._watchers[experiment_id], self._feeds[experiment_id]

    def _enter(self, experiment_id: str, feed: Feed, after_sequence: int) -> Watcher:
        with self._lock:
            if self._closed:
                raise ServiceError(Reason.SHUTTING_DOWN, "The server is shutting down; watch on shortly.")
            if sum(map(len, self._watchers.values())) >= MOST_WATCHERS:
                raise ServiceError(
                    Reason.LIMIT_EXCEEDED,
                    f"{MOST_WATCHERS} watch already, as many as this server takes. Poll ListTrials instead.",
                    metadata={"allowed": str(MOST_WATCHERS)},
                )
            watcher = Watcher(self._feeds.setdefault(experiment_id, feed), after_sequence)
            self._watchers.setdefault(experiment_id, set()).add(watcher)
            return watcher

    def recorded(self, experiment_id: str) -> None:
        """Say that an experiment's log has grown. Never waits for a database or a watcher."""
        feed = self._feeds.get(experiment_id)
        if feed is not None:
            feed.grown()
            self._wake(experiment_id)

    def close(self) -> None:
        """End all who watch, and let no more in."""
        with self._lock:
            self._closed = True
            for watchers in self._watchers.values():
                for watcher in watchers:
                    watcher.stop(shutting_down=True)

    def _wake(self, experiment_id: str) -> None:
        with self._lock:
            for watcher in self._watchers.get(experiment_id, ()):
                watcher.wake()
