"""A database that can't be opened or written says so, holds nothing partial, and goes on when it can."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aepsych_grpc.store import busy, schema
from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable
from aepsych_grpc.store.event_store import EventStore, open_store
from aepsych_grpc.store.record import NewEvent

EVENT = NewEvent("told", datetime(2031, 5, 6, tzinfo=UTC), b"x" * 500)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one experiment."""
    path = tmp_path / "experiments.db"
    store = open_store(path)
    store.create_experiment(experiment_id="e", events=[EVENT])
    store.close()
    return path


@pytest.fixture(params=["file", "memory"])
def small_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    """A store in SQLite, whose room can be limited."""
    opened = open_store(":memory:" if request.param == "memory" else tmp_path / "experiments.db")
    yield opened
    opened.close()


def limit_pages(store: EventStore, pages: int) -> None:
    with store.writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def test_a_full_disk_leaves_nothing_partial_and_is_got_over(small_store: EventStore) -> None:
    small_store.create_experiment(experiment_id="e", events=[EVENT])
    before = small_store.get("e")
    limit_pages(small_store, 1)  # no less than the pages that are in use: the database can't grow
    with pytest.raises(StoreUnavailable, match="full"):
        small_store.append("e", 1, [EVENT] * 100, durable=True, finished=True)
    with pytest.raises(StoreUnavailable, match="full"):
        small_store.create_experiment(experiment_id="f", events=[EVENT] * 100, labels={"a": "b"}, setup_request_id="r")
    assert small_store.get("e") == before
    assert len(small_store.events("e")) == 1
    assert small_store.find_setup("r") is None
    limit_pages(small_store, 1_000_000)
    small_store.append("e", 1, [EVENT] * 100, durable=True)
    assert len(small_store.events("e")) == 101


def test_a_database_that_another_process_holds_is_unavailable_for_now(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy, "SECONDS", 0.05)
    store = open_store(database)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.append("e", 1, [EVENT], durable=True)
    assert len(store.events("e")) == 1  # reads go on meanwhile
    other.execute("ROLLBACK")
    other.close()
    store.append("e", 1, [EVENT], durable=True)
    store.close()


def test_writers_of_this_process_do_not_wait_for_ever(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy, "SECONDS", 0.05)
    store = open_store(database)
    with store.writer.begin(), pytest.raises(StoreUnavailable, match=r"other writers kept it busy for 0\.05 s"):
        store.append("e", 1, [EVENT], durable=True)
    store.append("e", 1, [EVENT], durable=True)
    store.close()


def test_a_read_only_file_is_refused_when_opened(database: Path) -> None:
    database.chmod(0o400)
    command = [
        sys.executable,
        "-c",
        f"from aepsych_grpc.store.event_store import open_store; open_store({str(database)!r})",
    ]
    if os.geteuid() == 0:  # root may write to anything, unless it gives that up
        setpriv = shutil.which("setpriv")
        assert setpriv is not None, "As root this test needs setpriv, of util-linux."
        command = [setpriv, "--bounding-set=-dac_override", *command]
    attempt = subprocess.run(command, capture_output=True, text=True, check=False)
    assert attempt.returncode == 1
    assert "StoreUnavailable: The database" in attempt.stderr
    assert "it is read-only" in attempt.stderr


def test_a_database_that_becomes_read_only_can_be_read(database: Path) -> None:
    store = open_store(database)
    with store.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(StoreUnavailable, match="attempt to write a readonly database"):
        store.append("e", 1, [EVENT], durable=True)
    assert store.get("e").sequence == len(store.events("e")) == 1
    store.close()


def test_a_newer_schema_is_refused_naming_both_versions(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    before = database.read_bytes()
    with pytest.raises(SchemaMismatch, match=rf"version 99; .* knows version {schema.VERSION}\. A later version .*"):
        open_store(database)
    assert database.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreUnavailable, match="another program"):
        open_store(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]
    connection.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Not a database. " * 100)
    with pytest.raises(StoreUnavailable, match=r"notes\.txt can't be opened: file is not a database"):
        open_store(path)
    assert path.read_text() == "Not a database. " * 100


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"there is no folder .*/nowhere\. Create it first"):
        open_store(tmp_path / "nowhere" / "experiments.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="can't be opened"):
        open_store(tmp_path)


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/experiments.db")
    store.create_experiment(experiment_id="e", events=[EVENT])
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()
    assert modes == {"experiments.db": 0o600, "experiments.db-wal": 0o600, "experiments.db-shm": 0o600}


@pytest.mark.parametrize("url", ["mysql://host/database", "oracle://x", "http://example.org"])
def test_other_databases_are_refused_by_name(url: str) -> None:
    with pytest.raises(ValueError, match=f'"{url.partition(":")[0]}" are not supported'):
        open_store(url)
