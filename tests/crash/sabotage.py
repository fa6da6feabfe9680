"""What can be done to a server before it starts, from outside of its code, in the process that is to be the server.

Each takes the control file, by which the driver can steer it while the server runs.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from sqlalchemy import event

from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.store.event_store import EventStore

BEFORE_INSERT = "before the insert"
BEFORE_COMMIT = "between insert and commit"
AFTER_COMMIT = "between commit and model"
BEFORE_REPLY = "between model and reply"
AFTER_FIT = "between fit and insert"
WHOLE_CALL = (BEFORE_INSERT, BEFORE_COMMIT, AFTER_COMMIT, BEFORE_REPLY)
"""The points that every call which records something passes, in this order."""

WRITTEN_LATE_SECONDS = 0.05

_WRITES = ("create_experiment", "append")


def die_at_a_point(control: Path) -> None:
    """Die by SIGKILL at the point that the control file names; at the n-th pass if it names it on n lines."""

    def passed(point: str) -> None:
        armed = control.read_text().splitlines() if control.exists() else []
        if point not in armed:
            return
        if len(armed) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        control.write_text("\n".join(armed[1:]))

    for write in _WRITES:
        _around(EventStore, write, lambda: passed(BEFORE_INSERT), lambda: passed(AFTER_COMMIT))
    _around(Servicer, "call", lambda: None, lambda: passed(BEFORE_REPLY))
    _around(Learner, "fit_in_time", lambda: None, lambda: passed(AFTER_FIT))
    _on_every_writer("commit", lambda _connection: passed(BEFORE_COMMIT))


def acknowledge_before_commit(_control: Path) -> None:
    """Break P1: answer at once, and write a little later."""
    append, due = EventStore.append, SimpleQueue()

    def write_late() -> None:
        while True:
            moment, arguments, more = due.get()
            time.sleep(max(moment - time.monotonic(), 0))
            append(*arguments, **more)

    def postpone(*arguments, **more) -> None:
        due.put((time.monotonic() + WRITTEN_LATE_SECONDS, arguments, more))

    threading.Thread(target=write_late, daemon=True).start()
    EventStore.append = postpone


def ignore_the_ids_of_asks(_control: Path) -> None:
    """Break P2: take every Ask for a new one."""
    call = Servicer.call

    def call_without_id(self, method, request, timeout=None):
        if method == "Ask":
            request.request_id = ""
        return call(self, method, request, timeout)

    Servicer.call = call_without_id


def set_the_clock_back(_control: Path) -> None:
    """Have each reading of the clock an hour earlier than the one before; every restart sets it right again."""
    hours = count()

    class SetBack(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(hours=next(hours))

    for name, module in list(sys.modules.items()):
        if name.startswith("aepsych_grpc.") and getattr(module, "datetime", None) is datetime:
            module.datetime = SetBack


def become_read_only(control: Path) -> None:
    """Refuse to write while there is a control file."""

    def switch(connection, _record, _proxy) -> None:
        connection.execute(f"PRAGMA query_only={int(control.exists())}")

    _on_every_writer("checkout", switch)


def note_commits(control: Path) -> None:
    """Write down SQLite's setting `synchronous` at each commit: 2 (FULL) flushes it to disk, 1 (NORMAL) does not."""

    def note(connection) -> None:
        with control.open("a") as notes:
            notes.write(f"{connection.exec_driver_sql('PRAGMA synchronous').scalar_one()}\n")

    _on_every_writer("commit", note)


def _around(owner: type, name: str, before: Callable[[], None], after: Callable[[], None]) -> None:
    inner = getattr(owner, name)

    def wrapped(*arguments, **more):
        before()
        answer = inner(*arguments, **more)
        after()
        return answer

    setattr(owner, name, wrapped)


def _on_every_writer(what: str, action: Callable) -> None:
    begin = EventStore.__init__

    def begin_and_listen(self, writer, *arguments, **more) -> None:
        begin(self, writer, *arguments, **more)
        event.listen(writer, what, action)

    EventStore.__init__ = begin_and_listen


SABOTAGE: Mapping[str, Callable[[Path], None]] = {
    one.__name__: one
    for one in (
        die_at_a_point,
        acknowledge_before_commit,
        ignore_the_ids_of_asks,
        set_the_clock_back,
        become_read_only,
        note_commits,
    )
}
