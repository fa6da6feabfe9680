"""A copy of a database that is in use is sound, complete, and goes on."""

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aepsych_grpc.store import backup
from aepsych_grpc.store.error import StoreUnavailable
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.record import NewEvent
from aepsych_grpc.store.row import ConfigRow

PAYLOAD = b"x" * 800


def event() -> NewEvent:
    return NewEvent("told", datetime.now(UTC), PAYLOAD, (ConfigRow("{}"),))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "study.db"
    store = open_store(path)
    store.create_experiment(experiment_id="e", events=[event()] * 200)
    store.close()
    return path


def test_a_copy_made_while_events_arrive_is_the_log_up_to_a_moment(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 10)  # events come between any two parts of the copy
    store = open_store(database)
    seen: list[tuple[int, int]] = []

    def append_one(done: int, total: int) -> None:
        seen.append((done, total))
        assert len(seen) < 1000, "the copy begins anew with each event"
        store.append("e", store.get("e").sequence, [event()], durable=True)

    backup.back_up(database, tmp_path / "copy.db", append_one)
    told = store.get("e").sequence
    store.close()
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})  # it has not begun anew
    assert seen[-1][0] == seen[-1][1]
    assert len(seen) > 5
    copy = open_store(tmp_path / "copy.db")
    assert [one.sequence for one in copy.events("e")] == list(range(1, 201))
    assert copy.get("e").sequence == 200
    copy.append("e", 200, [event()], durable=True)
    copy.close()
    assert told == 200 + len(seen)


def test_events_told_just_before_are_in_the_copy(database: Path, tmp_path: Path) -> None:
    """They may still be in the write-ahead log alone."""
    store = open_store(database)
    store.append("e", 200, [event()], durable=False)
    backup.back_up(database, tmp_path / "copy.db", lambda _done, _all: None)
    store.close()
    copy = open_store(tmp_path / "copy.db")
    assert len(copy.events("e")) == 201
    copy.close()


def test_writers_do_not_wait_for_a_copy(database: Path, tmp_path: Path) -> None:
    store = open_store(database)
    waiting, going_on = threading.Event(), threading.Event()

    def wait(_done: int, _all: int) -> None:
        waiting.set()
        assert going_on.wait(60)

    thread = threading.Thread(target=backup.back_up, args=(database, tmp_path / "copy.db", wait))
    thread.start()
    assert waiting.wait(60)
    store.append("e", 200, [event()], durable=True)
    going_on.set()
    thread.join()
    store.close()


def test_a_copy_is_one_file_for_its_owner(database: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    backup.back_up(database, folder / "copy.db", lambda _done, _all: None)
    assert [(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()] == [("copy.db", 0o600)]
    folder.chmod(0o500)
    with closing(sqlite3.connect(f"{(folder / 'copy.db').as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (200,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    folder.chmod(0o700)


def test_nothing_is_replaced(database: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    for target in (tmp_path / "copy.db", database):
        with pytest.raises(StoreUnavailable, match="exists already; choose another name"):
            backup.back_up(database, target, lambda _done, _all: None)
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_copy_that_is_broken_off_leaves_nothing(database: Path, tmp_path: Path) -> None:
    def stop(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.back_up(database, tmp_path / "copy.db", stop)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == []


def test_a_damaged_database_is_not_passed_off_as_a_copy(database: Path, tmp_path: Path) -> None:
    content = bytearray(database.read_bytes())
    content[100_000:120_000] = bytes(20_000)
    database.write_bytes(content)
    with pytest.raises(StoreUnavailable, match=r"damaged|malformed"):
        backup.back_up(database, tmp_path / "copy.db", lambda _done, _all: None)
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("nowhere.db", "copy.db", r"There is no database .*nowhere\.db"),
        ("study.db", "nowhere/copy.db", r"nowhere/copy\.db.* can't be written: No such file"),
    ],
)
def test_what_can_t_be_copied_is_named(database: Path, source: str, target: str, message: str) -> None:
    with pytest.raises(StoreUnavailable, match=message):
        backup.back_up(database.with_name(source), database.parent / target, lambda _done, _all: None)
