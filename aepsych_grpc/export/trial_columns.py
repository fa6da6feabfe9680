"""The columns that every table of trials has, whatever the experiment is about."""

import json
from collections.abc import Mapping
from typing import Any

from aepsych_grpc.export.column import Column, Row, Type


def _json(values: Mapping[str, Any]) -> str | None:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True) if values else None


FIRST = (
    Column("experiment_id", Type.TEXT, lambda row: row.subject.experiment_id),
    Column("study", Type.TEXT, lambda row: row.subject.created.config.name),
    Column("participant_id", Type.TEXT, lambda row: row.subject.created.participant_id),
    Column("labels", Type.TEXT, lambda row: _json(row.subject.created.labels)),
    Column("trial_id", Type.INTEGER, lambda row: row.trial.trial_id),
)
"""Whose trial it is, and which one."""


def _state(row: Row) -> str:
    if row.trial.retracted:
        return "retracted"
    return "pending" if row.told is None else "told"


def _as_asked(row: Row) -> bool | None:
    trial = row.trial
    asked_and_told = trial.ask_time is not None and trial.observation is not None
    return row.stimuli == trial.stimuli if asked_and_told else None


def _metadata(row: Row) -> str | None:
    return _json(row.told.metadata) if row.told else None


LAST = (
    Column("state", Type.CATEGORY, _state),
    Column("source", Type.CATEGORY, lambda row: row.trial.source.value),
    Column("as_asked", Type.FLAG, _as_asked),
    Column("strategy", Type.CATEGORY, lambda row: row.trial.strategy),
    Column("exclude_from_model", Type.FLAG, lambda row: row.told.exclude_from_model if row.told else None),
    Column("response_time", Type.REAL, lambda row: row.told.response_time if row.told else None),
    Column("ask_time", Type.TIME, lambda row: row.trial.ask_time),
    Column("tell_time", Type.TIME, lambda row: row.trial.tell_time),
    Column("observation_id", Type.TEXT, lambda row: row.told.observation_id if row.told else None),
    Column("data_sequence", Type.INTEGER, lambda row: row.trial.data_sequence),
    Column("sequence", Type.INTEGER, lambda row: row.trial.sequence),
    Column("note", Type.TEXT, lambda row: row.trial.note),
    Column("metadata", Type.TEXT, _metadata),
    Column("revise_time", Type.TIME, lambda row: row.trial.revision.time if row.trial.revision else None),
    Column("revision_reason", Type.TEXT, lambda row: row.trial.revision.reason if row.trial.revision else None),
)
"""What became of the trial."""
