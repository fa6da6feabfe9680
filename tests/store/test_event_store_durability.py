"""What was acknowledged is there after the process was killed."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy import event as sqlalchemy_event

from aepsych_grpc.store.checkpoint import EVENTS_BETWEEN, Checkpointer
from aepsych_grpc.store.event_store import EventStore, open_store
from aepsych_grpc.store.record import NewEvent

# Appends an asked and a told event in turn and prints each sequence once it is acknowledged.
WRITER = """
import sys
from datetime import UTC, datetime
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.record import NewEvent

store = open_store(sys.argv[1])
store.create_experiment(experiment_id="e", events=[NewEvent("created", datetime.now(UTC), b"1")])
for sequence in range(1, 1_000_000):
    told = sequence % 2 == 0
    event = NewEvent("told" if told else "asked", datetime.now(UTC), b"%d" % (sequence + 1))
    store.append("e", sequence, [event], durable=told)
    print(sequence + 1, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 2, 301])
def test_a_killed_process_loses_nothing_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    database = tmp_path / "experiments.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(database)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        last = 0
        for _ in range(acknowledged):
            last = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in writer.stdout.read().splitlines() if line)])
    assert writer.returncode == -signal.SIGKILL
    store = open_store(database)
    events = store.events("e")
    assert len(events) >= last
    assert [(event.sequence, event.payload) for event in events] == [(i, b"%d" % i) for i in range(1, len(events) + 1)]
    assert store.get("e").sequence == len(events)
    assert sum(store.get("e").counts.values()) == len(events)
    store.append("e", len(events), [NewEvent("told", datetime.now(UTC), b"")], durable=True)
    store.close()


def test_a_durable_append_flushes_its_commit_and_no_other_does(tmp_path: Path) -> None:
    store = open_store(tmp_path / "experiments.db")
    seen: list[tuple[str, int]] = []

    def note_settings(connection) -> None:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        seen.append((journal, connection.exec_driver_sql("PRAGMA synchronous").scalar_one()))

    sqlalchemy_event.listen(store.writer, "commit", note_settings)
    store.create_experiment(experiment_id="e", events=[NewEvent("created", datetime.now(UTC), b"")])
    append(store, 1, durable=False)
    append(store, 2, durable=True)
    append(store, 3, durable=False)
    append(store, 4, durable=True)
    store.close()
    normal, full = ("wal", 1), ("wal", 2)
    assert seen == [full, normal, full, normal, full]


def append(store: EventStore, after_sequence: int, *, durable: bool) -> None:
    store.append("e", after_sequence, [NewEvent("asked", datetime.now(UTC), b"")], durable=durable)


def test_a_long_log_is_copied_into_the_database_while_it_grows(tmp_path: Path) -> None:
    database = tmp_path / "experiments.db"
    store = open_store(database)
    store.create_experiment(experiment_id="e", events=[NewEvent("created", datetime.now(UTC), b"")])
    empty = database.stat().st_size
    payload = b"x" * 3000
    for i in range(10):
        store.append("e", 1 + 30 * i, [NewEvent("asked", datetime.now(UTC), payload)] * 30, durable=False)
    checkpointer = store._checkpointer  # the thread has no other sign of having run than the file
    assert checkpointer is not None
    checkpointer.stop()
    assert database.stat().st_size > empty + 200 * len(payload)
    store.close()


def test_a_copy_that_falls_due_during_another_is_made_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, made = threading.Event(), threading.Event(), []

    def copy(_: Checkpointer) -> None:
        made.append(len(made))
        begun.set()
        assert go_on.wait(60)

    monkeypatch.setattr(Checkpointer, "_checkpoint", copy)
    checkpointer = Checkpointer(create_engine("sqlite://"))
    checkpointer.appended(EVENTS_BETWEEN)
    assert begun.wait(60)
    checkpointer.appended(EVENTS_BETWEEN)
    stopping = threading.Thread(target=checkpointer.stop)
    stopping.start()
    while not checkpointer._stopped:
        time.sleep(0.001)
    go_on.set()
    stopping.join()
    assert len(made) == 2


def test_what_a_killed_process_left_in_the_log_is_copied_into_the_database_by_the_next(tmp_path: Path) -> None:
    killed = open_store(tmp_path / "experiments.db")
    killed.create_experiment(experiment_id="e", events=[NewEvent("created", datetime.now(UTC), b"x" * 100_000)])
    left = tmp_path / "left"
    left.mkdir()
    for name in ("experiments.db", "experiments.db-wal"):
        shutil.copy(tmp_path / name, left / name)
    killed.close()
    store = open_store(left / "experiments.db")
    assert (left / "experiments.db").stat().st_size < 100_000
    append(store, 1, durable=False)
    assert store._checkpointer is not None
    store._checkpointer.stop()
    assert (left / "experiments.db").stat().st_size > 100_000
    store.close()


def test_closing_leaves_one_file(tmp_path: Path) -> None:
    store = open_store(tmp_path / "experiments.db")
    store.create_experiment(experiment_id="e", events=[NewEvent("created", datetime.now(UTC), b"")])
    store.events("e")
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["experiments.db"]
