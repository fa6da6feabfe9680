"""Copying SQLite's write-ahead log into the database, where no Tell waits for it."""

import logging
import sqlite3
import threading

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

EVENTS_BETWEEN = 256
"""Events between two checkpoints: an append writes about 6 pages of 4 kB, so the WAL stays near 6 MB."""

LONG_WAL_PAGES = 4096
"""Length of the WAL (16 MB) past which writers are held up for a moment, so that it can begin anew."""

_log = logging.getLogger(__name__)


class Checkpointer:
    """A thread that checkpoints the database behind `engine` after the first event and after every 256 more.

    A checkpoint flushes two files. Within a commit it would make that one Tell three times as slow; in a thread of
    its own, on a connection of its own, it holds up neither writers nor readers.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._events = EVENTS_BETWEEN  # the first event copies what a process that was killed has left in the WAL
        self._due = threading.Event()
        self._wanted = False
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="store-checkpoint", daemon=True)
        self._thread.start()

    def appended(self, count: int) -> None:
        """Count events that were written. Called by one writer at a time or, at worst, a little imprecise."""
        self._events += count
        if self._events >= EVENTS_BETWEEN:
            self._events = 0
            self._wanted = True
            self._due.set()

    def stop(self) -> None:
        """End the thread, after the checkpoint that it is at or that is due."""
        self._stopped = True
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            if self._wanted:
                self._wanted = False
                try:
                    self._checkpoint()
                except (sqlite3.Error, SQLAlchemyError) as error:
                    _log.warning("The write-ahead log could not be copied into the database: %s", error)
            if self._stopped and not self._wanted:  # one that fell due during the last is made yet
                return

    def _checkpoint(self) -> None:
        connection = self._engine.raw_connection()
        try:
            _, pages, _ = connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > LONG_WAL_PAGES:
                # It begins anew when all of it is copied; writers without a pause never leave that moment.
                connection.cursor().execute("PRAGMA wal_checkpoint(RESTART)")
        finally:
            connection.close()
