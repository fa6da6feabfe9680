"""The tables.

An experiment's events lie side by side in the order they happened (a table without row ids, clustered by its
primary key), so that reading a log is one sequential scan. The primary key is also the fence against a second writer.
`event_counts` repeats what the log says, in the same transaction, so that a list of experiments scans no log.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    insert,
    inspect,
    select,
)

from aepsych_grpc.store.error import SchemaMismatch, StoreUnavailable

VERSION = 1
"""Version of the tables below. Raised by whatever an earlier version of the program could not read or write."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Microseconds(TypeDecorator[datetime]):
    """A moment as whole microseconds since 1970-01-01 UTC: exact, sortable and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment as stored."""
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

experiments = Table(
    "experiments",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("experiment_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("participant_id", Text, nullable=False),
    Column("setup_request_id", Text, unique=True),
    Column("setup_digest", LargeBinary, nullable=False),
    Column("create_time", Microseconds, nullable=False),
    Column("update_time", Microseconds, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
    Index("experiments_by_time", "create_time", "experiment_id"),
    Index("experiments_by_participant", "participant_id", "create_time", "experiment_id"),
    Index("experiments_by_name", "name", "create_time", "experiment_id"),
)

_EXPERIMENT = "experiments.key"

events = Table(
    "events",
    metadata,
    Column("experiment_key", ForeignKey(_EXPERIMENT), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("time", Microseconds, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

event_counts = Table(
    "event_counts",
    metadata,
    Column("experiment_key", ForeignKey(_EXPERIMENT), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

labels = Table(
    "labels",
    metadata,
    Column("experiment_key", ForeignKey(_EXPERIMENT), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Index("labels_by_value", "name", "value", "experiment_key"),
    sqlite_with_rowid=False,
)


def prepare(connection: Connection) -> None:
    """Make the tables in an empty database; check the version of any other.

    Raises:
        SchemaMismatch: The tables are of another version.
        StoreUnavailable: The database belongs to another program.
    """
    found = set(inspect(connection).get_table_names())
    if not found:
        metadata.create_all(connection)
        connection.execute(insert(schema_version).values(version=VERSION))
        return
    if schema_version.name not in found:
        raise StoreUnavailable(
            "The database belongs to another program: it has tables, but none that states our version."
        )
    version = connection.execute(select(schema_version.c.version)).scalar_one()
    if version != VERSION:
        raise SchemaMismatch(version, VERSION)
