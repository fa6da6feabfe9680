"""The tables of the log.

An experiment's events lie side by side in the order they happened (a table without row ids, clustered by its
primary key), so that reading a log is one sequential scan. The primary key is also the fence against a second writer.
`event_counts` repeats what the log says, in the same transaction, so that a list of experiments scans no log.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table

from aepsych_grpc.store.moment import Microseconds
from aepsych_grpc.store.text import PlainText

VERSION = 2
"""Version of all tables and views. Raised by whatever an earlier version of the program could not read or write."""

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

experiments = Table(
    "experiments",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("experiment_id", PlainText, nullable=False, unique=True),
    Column("name", PlainText, nullable=False),
    Column("participant_id", PlainText, nullable=False),
    Column("setup_request_id", PlainText, unique=True),
    Column("setup_digest", LargeBinary, nullable=False),
    Column("create_time", Microseconds, nullable=False),
    Column("update_time", Microseconds, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
    Index("experiments_by_time", "create_time", "experiment_id"),
    Index("experiments_by_participant", "participant_id", "create_time", "experiment_id"),
    Index("experiments_by_name", "name", "create_time", "experiment_id"),
)

EXPERIMENT = "experiments.key"
"""What the other tables refer to."""

events = Table(
    "events",
    metadata,
    Column("experiment_key", ForeignKey(EXPERIMENT), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", PlainText, nullable=False),
    Column("time", Microseconds, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

event_counts = Table(
    "event_counts",
    metadata,
    Column("experiment_key", ForeignKey(EXPERIMENT), primary_key=True),
    Column("kind", PlainText, primary_key=True),
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

labels = Table(
    "labels",
    metadata,
    Column("experiment_key", ForeignKey(EXPERIMENT), primary_key=True),
    Column("name", PlainText, primary_key=True),
    Column("value", PlainText, nullable=False),
    Index("labels_by_value", "name", "value", "experiment_key"),
    sqlite_with_rowid=False,
)

LOG = (schema_version, experiments, events, event_counts, labels)
"""The tables above."""
