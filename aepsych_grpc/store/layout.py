"""The version of a database's tables and views, and making them in a new one."""

from sqlalchemy import Connection, insert, inspect, select, text

from aepsych_grpc.store import views
from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable
from aepsych_grpc.store.place import Place
from aepsych_grpc.store.projection import TABLES
from aepsych_grpc.store.schema import LOG, VERSION, metadata, schema_version

_LOCK = 0x61657073
"""Number of the lock under which PostgreSQL makes the tables: two servers may find the same empty database."""


def prepare(connection: Connection, place: Place, *, existing: bool) -> None:
    """Make the tables and views in an empty database, unless it has to be an existing one; check any other's version.

    Raises:
        SchemaMismatch: The tables are of another version.
        StoreUnavailable: The database belongs to another program, or is empty.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = version_of(connection)
    if found is None and existing:
        raise StoreUnavailable(f"The database {place} is empty.")
    if found is None:
        metadata.create_all(connection, tables=[*LOG, *TABLES.values()])
        views.create(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
    elif found != VERSION:
        raise SchemaMismatch(found, VERSION, str(place))


def version_of(connection: Connection) -> int | None:
    """Return the version of a database's tables, None if it is empty.

    Raises:
        StoreUnavailable: The database belongs to another program.
    """
    found = set(inspect(connection).get_table_names())
    if not found:
        return None
    if schema_version.name not in found:
        raise StoreUnavailable(
            "The database belongs to another program: it has tables, but none that states our version."
        )
    return int(connection.execute(select(schema_version.c.version)).scalar_one())
