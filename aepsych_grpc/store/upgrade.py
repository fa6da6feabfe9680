"""Bringing a database of an earlier version up to date."""

from dataclasses import dataclass
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, select, update

from aepsych_grpc.store import projection, sqlite, views
from aepsych_grpc.store.backup import Progress, back_up
from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable
from aepsych_grpc.store.event_store import connect, read_events
from aepsych_grpc.store.layout import version_of
from aepsych_grpc.store.migrations import STEPS
from aepsych_grpc.store.place import Place
from aepsych_grpc.store.record import RowsOfLog
from aepsych_grpc.store.schema import VERSION, experiments, schema_version
from aepsych_grpc.store.unavailable import translated


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade has done.

    Attributes:
        earlier: The version that the database had.
        copy: The file as it was before; None when there was nothing to do.
        unread: Experiments whose log can't be read, and why: they are as they were, but people's tables lack them.
    """

    earlier: int
    copy: Path | None = None
    unread: tuple[str, ...] = ()


def upgrade(place: Place, rows_of: RowsOfLog, progress: Progress) -> Upgraded:
    """Bring a database up to date, as a whole or not at all; a file is copied to `FILE.schema-N` before.

    Raises:
        SchemaMismatch: A later version of the program wrote it.
        StoreUnavailable: There is no such database, a program has the file open, or it can't be written.
    """
    what = f"The database {place} can't be upgraded"
    with translated(what):
        earlier = _version(place)
        if earlier is None:
            raise StoreUnavailable(f"{what}: it is empty.")
        if earlier > VERSION:
            raise SchemaMismatch(earlier, VERSION, str(place))
        if earlier == VERSION:
            return Upgraded(earlier)
        copy = _copy(place.path, earlier, progress) if place.path is not None else None
        try:
            unread = _upgrade(place, earlier, rows_of)
        except BaseException:
            if copy is not None:
                copy.unlink()  # the database is as it was
            raise
        return Upgraded(earlier, copy, unread)


def _copy(path: Path, version: int, progress: Progress) -> Path:
    copy = path.with_name(f"{path.name}.schema-{version}")
    if copy.exists():
        raise StoreUnavailable(
            f"The copy {copy} would be replaced, which an upgrade that was cut off has left. Move it elsewhere first."
        )
    back_up(path, copy, progress)
    return copy


def _version(place: Place) -> int | None:
    store = connect(place, existing=True)
    try:
        with store.read() as connection:
            return version_of(connection)
    finally:
        store.close()


def _alone(place: Place) -> Engine:
    if place.path is not None:
        return sqlite.open_alone(place.path)
    return connect(place, existing=True).writer


def _upgrade(place: Place, earlier: int, rows_of: RowsOfLog) -> tuple[str, ...]:
    engine = _alone(place)
    try:
        with engine.begin() as connection:
            return tuple(_change(connection, earlier, rows_of))
    finally:
        engine.dispose()


def _change(connection: Connection, earlier: int, rows_of: RowsOfLog) -> list[str]:
    operations = Operations(MigrationContext.configure(connection))
    views.drop(connection)
    for version in range(earlier + 1, VERSION + 1):
        STEPS[version](operations)
    views.create(connection)
    projection.clear(connection)
    unread = []
    for key, experiment_id in connection.execute(select(experiments.c.key, experiments.c.experiment_id)).all():
        try:
            projection.write(connection, key, rows_of(read_events(connection, key)))
        except ValueError as error:
            unread.append(f"{experiment_id}: {error}")
    connection.execute(update(schema_version).values(version=VERSION))
    return unread
