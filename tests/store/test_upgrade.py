"""Databases of every released schema can be upgraded, and are then like new ones."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from postgresql_cluster import Cluster
from sqlalchemy import inspect, text

from aepsych_grpc.store import upgrade as upgrading
from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.migrations import STEPS
from aepsych_grpc.store.place import place_of
from aepsych_grpc.store.projection import TABLES
from aepsych_grpc.store.record import RowsOfLog, StoredEvent
from aepsych_grpc.store.row import Row, StrategyRow
from aepsych_grpc.store.schema import VERSION
from aepsych_grpc.store.upgrade import Upgraded

RELEASED = sorted((Path(__file__).parent / "data").glob("schema-*.sqlite"))


def rows_of(events: Sequence[StoredEvent]) -> list[Row]:
    """Stand in for the session, which knows what events say: the number of the events, as a strategy."""
    return [StrategyRow(len(events), events[0].kind)]


def upgrade(database: Path | str, rows: RowsOfLog = rows_of) -> Upgraded:
    return upgrading.upgrade(place_of(database), rows, lambda _done, _all: None)


def layout(database: Path) -> dict[str, object]:
    """Return all of a file's tables, indexes and views, however they came to be."""
    with closing(sqlite3.connect(database)) as connection:

        def about(pragma: str, name: str) -> list[tuple]:
            return sorted(connection.execute(f"PRAGMA {pragma}('{name}')").fetchall(), key=str)

        found: dict[str, object] = {}
        for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
            if kind == "view":
                found[name] = sql
            elif kind == "index":
                found[name] = [row[1:] for row in about("index_info", name)]
            else:
                foreign = [row[2:] for row in about("foreign_key_list", name)]
                found[name] = (about("table_info", name), foreign, "WITHOUT ROWID" in sql)
        return found


def contents(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copy(request.param, tmp_path / "study.db"))


@pytest.fixture
def oldest(tmp_path: Path) -> Path:
    return Path(shutil.copy(RELEASED[0], tmp_path / "study.db"))


def test_there_is_a_database_of_every_earlier_version() -> None:
    assert [path.stem for path in RELEASED] == [f"schema-{version}" for version in range(1, VERSION)]
    assert list(STEPS) == list(range(2, VERSION + 1))


def test_an_upgraded_database_is_like_a_new_one(released: Path, tmp_path: Path) -> None:
    upgrade(released)
    new = tmp_path / "new.db"
    open_store(new).close()
    assert layout(released) == layout(new)


def test_the_log_stays_as_it_is_and_the_rows_follow_from_it(oldest: Path) -> None:
    with closing(sqlite3.connect(oldest)) as connection:
        log = connection.execute("SELECT * FROM events").fetchall()
        keys = connection.execute("SELECT experiment_key, count(*) FROM events GROUP BY 1 ORDER BY 1").fetchall()
    upgrade(oldest)
    with closing(sqlite3.connect(oldest)) as connection:
        assert connection.execute("SELECT * FROM events").fetchall() == log
        found = connection.execute("SELECT experiment_key, strategy, name FROM strategies ORDER BY 1").fetchall()
    assert found == [(key, count, "experiment_created") for key, count in keys]


def test_the_file_as_it_was_is_kept(oldest: Path) -> None:
    before = contents(oldest)
    upgraded = upgrade(oldest)
    assert upgraded == Upgraded(earlier=1, copy=oldest.with_name("study.db.schema-1"))
    assert upgraded.copy is not None
    assert contents(upgraded.copy) == before
    assert upgraded.copy.stat().st_mode & 0o777 == 0o600


def test_a_database_that_needs_no_upgrade_is_left_alone(oldest: Path) -> None:
    upgrade(oldest)
    before = oldest.read_bytes()
    assert upgrade(oldest) == Upgraded(earlier=VERSION)
    assert oldest.read_bytes() == before


def test_a_server_says_how_to_upgrade_and_leaves_the_database_alone(oldest: Path) -> None:
    before = oldest.read_bytes()
    with pytest.raises(SchemaMismatch, match=rf"version 1; .* Stop every server .*: aepsych-grpc db upgrade {oldest}$"):
        open_store(oldest)
    assert oldest.read_bytes() == before


def test_a_newer_database_is_refused(oldest: Path) -> None:
    with closing(sqlite3.connect(oldest)) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.commit()
    with pytest.raises(SchemaMismatch, match="A later version of aepsych-grpc wrote it"):
        upgrade(oldest)
    assert list(oldest.parent.iterdir()) == [oldest]


def test_a_database_in_use_is_not_upgraded(oldest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aepsych_grpc.store.busy.SECONDS", 0.05)
    before = contents(oldest)
    with closing(sqlite3.connect(oldest)) as server:
        server.execute("SELECT count(*) FROM experiments").fetchone()
        with pytest.raises(StoreUnavailable, match="can't be upgraded: database is locked"):
            upgrade(oldest)
    assert contents(oldest) == before
    assert not oldest.with_name("study.db.schema-1").exists()
    upgrade(oldest)


def test_an_upgrade_that_fails_changes_nothing(oldest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    before = contents(oldest)
    with monkeypatch.context() as patch:
        patch.setattr("aepsych_grpc.store.views.create", fail)
        with pytest.raises(KeyboardInterrupt):
            upgrade(oldest)
    assert contents(oldest) == before
    upgrade(oldest)


def test_the_copy_of_an_earlier_upgrade_is_not_replaced(oldest: Path) -> None:
    copy = oldest.with_name("study.db.schema-1")
    copy.write_text("precious")
    with pytest.raises(StoreUnavailable, match=f"{copy} would be replaced"):
        upgrade(oldest)
    assert copy.read_text() == "precious"


def test_a_log_that_can_t_be_read_is_named_and_kept(oldest: Path) -> None:
    def rows_of_others(events: Sequence[StoredEvent]) -> list[Row]:
        if b"contrast sensitivity" in events[0].payload:
            raise ValueError("event 1 can't be read")
        return rows_of(events)

    (unread,) = upgrade(oldest, rows_of_others).unread
    store = open_store(oldest)
    (record,) = store.list_experiments(page_size=99, name="contrast sensitivity").records
    assert unread == f"{record.experiment_id}: event 1 can't be read"
    assert len(store.events(record.experiment_id)) == record.sequence
    store.close()


@pytest.mark.parametrize("content", [None, b""])
def test_what_is_no_database_is_not_upgraded(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "nothing.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match=r"There is no database|it is empty"):
        upgrade(path)


def test_a_database_on_a_server_is_upgraded(postgresql: Cluster) -> None:
    address = postgresql.new_database()
    new = open_store(address)
    with new.writer.begin() as connection:
        before = set(inspect(connection).get_table_names()) | set(inspect(connection).get_view_names())
        for view in inspect(connection).get_view_names():
            connection.execute(text(f"DROP VIEW {view}"))
        for table in TABLES.values():
            table.drop(connection)
        connection.execute(text("UPDATE schema_version SET version = 1"))
    new.close()
    assert upgrade(address) == Upgraded(earlier=1)
    upgraded = open_store(address)
    with upgraded.read() as connection:
        assert set(inspect(connection).get_table_names()) | set(inspect(connection).get_view_names()) == before
    upgraded.close()
