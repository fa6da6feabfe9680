"""Whatever is wrong with a database is found; a sound one has no problems."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from aepsych_grpc.store.check import Report
from aepsych_grpc.store.check import check as check_store
from aepsych_grpc.store.event_store import EventStore, open_store
from aepsych_grpc.store.record import NewEvent, StoredEvent
from aepsych_grpc.store.row import OutcomeValueRow, Row

NOON = datetime(2031, 5, 6, 12, tzinfo=UTC)


def rows_of(events: Sequence[StoredEvent]) -> list[Row]:
    """Stand in for the session: an event's payload is the value of its outcome."""
    return [OutcomeValueRow(event.sequence, 0, float(event.payload)) for event in events]


def told(sequence: int) -> NewEvent:
    return NewEvent("told", NOON, b"%d" % sequence, (OutcomeValueRow(sequence, 0, float(sequence)),))


def check(store: EventStore) -> Report:
    return check_store(store, rows_of, lambda _done, _all: None)


@pytest.fixture
def sound(store: EventStore) -> EventStore:
    for name in "ab":
        store.create_experiment(experiment_id=name, events=[told(1), told(2)], labels={"lab": name})
        store.append(name, 2, [told(3)], durable=True)
    return store


def test_a_sound_database_has_no_problems(sound: EventStore) -> None:
    assert check(sound) == Report(experiments=2, events=6, problems=())


@pytest.mark.parametrize(
    ("damage", "problems"),
    [
        (
            "DELETE FROM events WHERE experiment_key = 2 AND sequence = 2",
            [
                "event 2 is missing from the log",
                "the log has 2 events told, its count says 3",
                "tables differ from the log: outcome_values trial_id=2 outcome=0 is not in the log",
            ],
        ),
        (
            "DELETE FROM events WHERE experiment_key = 2 AND sequence = 3",
            [
                "the log ends at event 2, its entry says 3",
                "the log has 2 events told, its count says 3",
                "tables differ from the log: outcome_values trial_id=3 outcome=0 is not in the log",
            ],
        ),
        ("UPDATE experiments SET sequence = 4 WHERE key = 2", ["the log ends at event 3, its entry says 4"]),
        (
            "UPDATE experiments SET update_time = 0 WHERE key = 2",
            ["the times in its entry are not those of its first and latest event"],
        ),
        (
            "UPDATE event_counts SET count = 9 WHERE experiment_key = 2",
            ["the log has 3 events told, its count says 9"],
        ),
        (
            "INSERT INTO event_counts VALUES (2, 'asked', 1)",
            ["the log has 0 events asked, its count says 1"],
        ),
        (
            "UPDATE outcome_values SET value = 7.5 WHERE experiment_key = 2 AND trial_id = 2",
            ["tables differ from the log: outcome_values trial_id=2 outcome=0 has value 7.5 instead of 2.0"],
        ),
        (
            "DELETE FROM outcome_values WHERE experiment_key = 2 AND trial_id = 2",
            ["tables differ from the log: outcome_values trial_id=2 outcome=0 is missing"],
        ),
    ],
)
def test_what_is_wrong_with_an_experiment_is_told(sound: EventStore, damage: str, problems: list[str]) -> None:
    with sound.writer.begin() as connection:
        connection.execute(text(damage))
    assert list(check(sound).problems) == [f"experiment b: {problem}" for problem in problems]


def test_many_differences_are_counted(sound: EventStore) -> None:
    sound.append("a", 3, [told(sequence) for sequence in range(4, 50)], durable=True)
    with sound.writer.begin() as connection:
        connection.execute(text("DELETE FROM outcome_values WHERE experiment_key = 1"))
    (problem,) = check(sound).problems
    assert problem.endswith("outcome_values trial_id=3 outcome=0 is missing; and 46 more")


def test_an_event_that_can_t_be_read_is_told(sound: EventStore) -> None:
    with sound.writer.begin() as connection:
        connection.execute(text("UPDATE events SET payload = :bytes WHERE sequence = 2"), {"bytes": b"?"})
    assert [problem[:12] for problem in check(sound).problems] == ["experiment a", "experiment b"]


def test_damage_to_the_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = open_store(path)
    store.create_experiment(experiment_id="e", events=[NewEvent("told", NOON, b" " * 300 + b"1")] * 1000)
    store.close()
    content = bytearray(path.read_bytes())
    content[150_000:160_000] = bytes(10_000)
    path.write_bytes(content)
    store = open_store(path)
    problems = check(store).problems
    store.close()
    assert any("damaged" in problem or "malformed" in problem for problem in problems)


def test_rows_of_no_experiment_are_told(tmp_path: Path) -> None:
    store = open_store(tmp_path / "study.db")
    with closing(sqlite3.connect(tmp_path / "study.db")) as connection:
        connection.execute("INSERT INTO labels VALUES (7, 'lab', 'x')")
        connection.commit()
    assert check(store).problems == ("labels has a row that belongs to no row of experiments",)
    store.close()
