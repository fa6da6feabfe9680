"""Version 2: tables that people read, beside the log."""

from typing import Any

from alembic.operations import Operations
from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Integer, Text


def upgrade(op: Operations) -> None:
    """Make the tables."""
    _make(op, "configs", Column("config", Text, nullable=False))
    _make(
        op,
        "parameters",
        _key("parameter"),
        Column("name", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("unit", Text, nullable=False),
    )
    _make(
        op,
        "outcomes",
        _key("outcome"),
        Column("name", Text, nullable=False),
        Column("kind", Text, nullable=False),
    )
    _make(op, "strategies", _key("strategy"), Column("name", Text, nullable=False))
    _make(
        op,
        "trials",
        _key("trial_id"),
        Column("strategy", Integer),
        Column("source", Text, nullable=False),
        Column("ask_time", BigInteger),
        Column("note", Text),
    )
    _make(
        op,
        "parameter_values",
        _key("trial_id"),
        _key("stimulus"),
        _key("parameter"),
        Column("value", Double),
        Column("category", Text),
    )
    _make(
        op,
        "responses",
        _key("trial_id"),
        Column("tell_time", BigInteger, nullable=False),
        Column("response_time", Double),
        Column("excluded", Boolean, nullable=False),
        Column("observation_id", Text),
        Column("metadata", Text),
    )
    _make(op, "outcome_values", _key("trial_id"), _key("outcome"), Column("value", Double, nullable=False))
    _make(
        op,
        "revisions",
        _key("trial_id"),
        Column("revise_time", BigInteger, nullable=False),
        Column("retracted", Boolean, nullable=False),
        Column("reason", Text),
    )


def _make(op: Operations, name: str, *columns: Column[Any]) -> None:
    experiment: Column[int] = Column("experiment_key", Integer, ForeignKey("experiments.key"), primary_key=True)
    op.create_table(name, experiment, *columns, sqlite_with_rowid=False)


def _key(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)
