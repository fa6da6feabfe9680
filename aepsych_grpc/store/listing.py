"""Reading the list of experiments, page by page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_

from aepsych_grpc.store.moment import Microseconds
from aepsych_grpc.store.record import Cursor, ExperimentPage, ExperimentRecord
from aepsych_grpc.store.schema import event_counts, experiments
from aepsych_grpc.store.schema import labels as label_table
from aepsych_grpc.store.text import PlainText


def find(connection: Connection, condition: ColumnElement[bool]) -> ExperimentRecord | None:
    """Return the experiment that meets a condition which at most one meets, or None."""
    rows = connection.execute(select(experiments).where(condition)).all()
    return _records(connection, rows)[0] if rows else None


def page(
    connection: Connection,
    size: int,
    participant_id: str | None,
    name: str | None,
    labels: Mapping[str, str],
    before: Cursor | None,
) -> ExperimentPage:
    """Return at most `size` experiments, newest first, that agree with all that is not None."""
    if size < 1:
        raise ValueError(f"{size} experiments per page given; at least 1 is needed.")
    place = tuple_(experiments.c.create_time, experiments.c.experiment_id)
    query = select(experiments).order_by(experiments.c.create_time.desc(), experiments.c.experiment_id.desc())
    if participant_id is not None:
        query = query.where(experiments.c.participant_id == participant_id)
    if name is not None:
        query = query.where(experiments.c.name == name)
    for label, value in labels.items():
        same = select(label_table.c.experiment_key).where(label_table.c.name == label, label_table.c.value == value)
        query = query.where(experiments.c.key.in_(same))
    if before is not None:
        query = query.where(place < tuple_(before.create_time, before.experiment_id, types=[Microseconds, PlainText]))
    rows = connection.execute(query.limit(size + 1)).all()
    records = _records(connection, rows[:size])
    more = len(rows) > size
    return ExperimentPage(records, Cursor(records[-1].create_time, records[-1].experiment_id) if more else None)


def _records(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[ExperimentRecord, ...]:
    keys = [row.key for row in rows]
    labels: dict[int, dict[str, str]] = defaultdict(dict)
    for key, name, value in connection.execute(select(label_table).where(label_table.c.experiment_key.in_(keys))):
        labels[key][name] = value
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for key, kind, count in connection.execute(select(event_counts).where(event_counts.c.experiment_key.in_(keys))):
        counts[key][kind] = count
    return tuple(
        ExperimentRecord(
            experiment_id=row.experiment_id,
            name=row.name,
            participant_id=row.participant_id,
            labels=labels[row.key],
            setup_request_id=row.setup_request_id,
            setup_digest=row.setup_digest,
            create_time=row.create_time,
            update_time=row.update_time,
            sequence=row.sequence,
            finished=row.finished,
            counts=counts[row.key],
        )
        for row in rows
    )
