"""Whether a database is sound: nothing is missing, and all that repeats the log agrees with it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, select
from sqlalchemy import Row as Record

from aepsych_grpc.store import projection
from aepsych_grpc.store.error import StoreUnavailable
from aepsych_grpc.store.event_store import EventStore, read_events
from aepsych_grpc.store.record import RowsOfLog, StoredEvent
from aepsych_grpc.store.row import Row
from aepsych_grpc.store.schema import event_counts, experiments

MOST_NAMED = 3
"""Rows that are named one by one when those of an experiment differ from its log."""

LONGEST_SHOWN = 40
"""Characters of a value that are shown."""

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many experiments of how many are checked."""


@dataclass(frozen=True, slots=True)
class Report:
    """How much was checked, and a line for whatever is wrong."""

    experiments: int
    events: int
    problems: tuple[str, ...]


def check(store: EventStore, rows_of: RowsOfLog, progress: Progress) -> Report:
    """Check a database as it is at one moment, while others may go on to write to it."""
    problems: list[str] = []
    checked = events = 0
    try:
        with store.read() as connection:
            problems += _damage(connection)
            found = connection.execute(select(experiments).order_by(experiments.c.key)).all()
            for experiment in found:
                log = read_events(connection, experiment.key)
                wrong = [*_log(experiment, log), *_counts(connection, experiment.key, log)]
                wrong += _rows(connection, experiment.key, log, rows_of)
                problems += [f"experiment {experiment.experiment_id}: {one}" for one in wrong]
                checked, events = checked + 1, events + len(log)
                progress(checked, len(found))
    except StoreUnavailable as error:
        problems.append(str(error))
    return Report(checked, events, tuple(problems))


def _damage(connection: Connection) -> Iterator[str]:
    """Find what the database itself says of its file. A server looks after its own files."""
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                yield f"the file is damaged: {line}"
        for table, _, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"{table} has a row that belongs to no row of {parent}"


def _log(experiment: Record[tuple[object, ...]], log: list[StoredEvent]) -> Iterator[str]:
    """Find gaps, and where the entry of the experiment differs from its log."""
    if not log:
        yield "the log has no events"
        return
    for expected, event in enumerate(log, 1):
        if event.sequence != expected:
            yield f"event {expected} is missing from the log"
            break
    if experiment.sequence != log[-1].sequence:
        yield f"the log ends at event {log[-1].sequence}, its entry says {experiment.sequence}"
    if (experiment.create_time, experiment.update_time) != (log[0].time, log[-1].time):
        yield "the times in its entry are not those of its first and latest event"


def _counts(connection: Connection, key: int, log: list[StoredEvent]) -> Iterator[str]:
    counted = Counter(event.kind for event in log)
    query = select(event_counts.c.kind, event_counts.c.count).where(event_counts.c.experiment_key == key)
    noted = {str(kind): int(count) for kind, count in connection.execute(query)}
    for kind in sorted(counted | noted):
        if counted[kind] != noted.get(kind, 0):
            yield f"the log has {counted[kind]} events {kind}, its count says {noted.get(kind, 0)}"


def _rows(connection: Connection, key: int, log: list[StoredEvent], rows_of: RowsOfLog) -> Iterator[str]:
    """Find where the tables that people read differ from what the log says."""
    try:
        expected = {projection.key_of(row): row for row in rows_of(log)}
    except ValueError as error:
        yield str(error)
        return
    found = {projection.key_of(row): row for row in projection.read(connection, key)}
    differing = [one for one in expected.keys() | found.keys() if expected.get(one) != found.get(one)]
    if differing:
        differing.sort(key=lambda one: (one[0].__name__, one[1]))
        named = "; ".join(_difference(expected.get(one), found.get(one)) for one in differing[:MOST_NAMED])
        more = f"; and {len(differing) - MOST_NAMED} more" if len(differing) > MOST_NAMED else ""
        yield f"tables differ from the log: {named}{more}"


def _difference(expected: Row | None, found: Row | None) -> str:
    row = expected or found
    assert row is not None  # noqa: S101  # it is in one of the two
    names = projection.TABLES[type(row)].primary_key.columns.keys()[1:]
    which = " ".join([projection.TABLES[type(row)].name, *(f"{name}={getattr(row, name)}" for name in names)])
    if expected is None or found is None:
        return f"{which} is {'missing' if found is None else 'not in the log'}"
    values = ((name, getattr(found, name), getattr(expected, name)) for name in row.__slots__)
    return f"{which} has " + ", ".join(
        f"{name} {_shown(here)} instead of {_shown(there)}" for name, here, there in values if here != there
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
