"""The tables that people read, written with the events that they repeat.

Names are stored once for each experiment and stand in the other tables by their position, which takes half of the
space; the views in `views.py` put them together again.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Double, ForeignKey, Insert, Integer, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from aepsych_grpc.store.moment import Microseconds
from aepsych_grpc.store.row import (
    ConfigRow,
    OutcomeRow,
    OutcomeValueRow,
    ParameterRow,
    ParameterValueRow,
    ResponseRow,
    RevisionRow,
    Row,
    StrategyRow,
    TrialRow,
)
from aepsych_grpc.store.schema import EXPERIMENT, metadata
from aepsych_grpc.store.text import PlainText


def _table(name: str, *columns: Column[Any]) -> Table:
    experiment: Column[int] = Column("experiment_key", ForeignKey(EXPERIMENT), primary_key=True)
    return Table(name, metadata, experiment, *columns, sqlite_with_rowid=False)


def _position(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


TABLES: dict[type[Row], Table] = {
    ConfigRow: _table("configs", Column("config", PlainText, nullable=False)),
    ParameterRow: _table(
        "parameters",
        _position("parameter"),
        Column("name", PlainText, nullable=False),
        Column("kind", PlainText, nullable=False),
        Column("unit", PlainText, nullable=False),
    ),
    OutcomeRow: _table(
        "outcomes",
        _position("outcome"),
        Column("name", PlainText, nullable=False),
        Column("kind", PlainText, nullable=False),
    ),
    StrategyRow: _table("strategies", _position("strategy"), Column("name", PlainText, nullable=False)),
    TrialRow: _table(
        "trials",
        _position("trial_id"),
        Column("strategy", Integer),
        Column("source", PlainText, nullable=False),
        Column("ask_time", Microseconds),
        Column("note", PlainText),
    ),
    ParameterValueRow: _table(
        "parameter_values",
        _position("trial_id"),
        _position("stimulus"),
        _position("parameter"),
        Column("value", Double),
        Column("category", PlainText),
    ),
    ResponseRow: _table(
        "responses",
        _position("trial_id"),
        Column("tell_time", Microseconds, nullable=False),
        Column("response_time", Double),
        Column("excluded", Boolean, nullable=False),
        Column("observation_id", PlainText),
        Column("metadata", PlainText),
    ),
    OutcomeValueRow: _table(
        "outcome_values", _position("trial_id"), _position("outcome"), Column("value", Double, nullable=False)
    ),
    RevisionRow: _table(
        "revisions",
        _position("trial_id"),
        Column("revise_time", Microseconds, nullable=False),
        Column("retracted", Boolean, nullable=False),
        Column("reason", PlainText),
    ),
}
"""The table of each kind of row. A row's fields are its columns, but for the experiment."""


def _replacing(table: Table, insert: Any) -> Insert:
    statement = insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    replacing: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)
    return replacing


_REPLACE = {
    dialect: {kind: _replacing(table, insert) for kind, table in TABLES.items()}
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def write(connection: Connection, experiment_key: int, rows: Iterable[Row]) -> None:
    """Write rows of an experiment, each in place of an earlier one with the same key."""
    statements = _REPLACE[connection.dialect.name]
    of_kind: dict[type[Row], list[dict[str, Any]]] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in row.__slots__}
        of_kind.setdefault(type(row), []).append({"experiment_key": experiment_key, **values})
    for kind, values_of_kind in of_kind.items():
        connection.execute(statements[kind], values_of_kind)


def clear(connection: Connection) -> None:
    """Delete all rows of all experiments."""
    for table in TABLES.values():
        connection.execute(delete(table))


def read(connection: Connection, experiment_key: int) -> Iterator[Row]:
    """Yield the rows of an experiment, as they were handed in."""
    for kind, table in TABLES.items():
        columns = [table.c[name] for name in kind.__slots__]
        for values in connection.execute(select(*columns).where(table.c.experiment_key == experiment_key)):
            yield kind(*values)


def key_of(row: Row) -> tuple[type[Row], tuple[int, ...]]:
    """Return what tells a row from the others of its experiment."""
    kind = type(row)
    names: Sequence[str] = [column.name for column in TABLES[kind].primary_key.columns][1:]
    return kind, tuple(getattr(row, name) for name in names)
