from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from aepsych_grpc.store.error import DuplicateRequest, ExperimentExists, SequenceConflict, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import Cursor, ExperimentRecord, NewEvent, NewExperiment, StoredEvent

NOON = datetime(2031, 5, 6, 12, 0, 0, 123456, tzinfo=UTC)
CREATED = NewEvent("created", NOON, b"config")


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def create(store: EventStore, experiment_id: str, *, seconds: float = 0, **fields: object) -> None:
    created = replace(CREATED, time=later(seconds))
    store.create_experiment(experiment_id=experiment_id, events=[created], **fields)  # type: ignore[arg-type]


def test_events_come_back_as_they_were_recorded(store: EventStore) -> None:
    create(store, "e")
    store.append(
        "e", 1, [NewEvent("asked", later(1), b""), NewEvent("told", later(2), bytes(range(256)))], durable=True
    )
    store.append("e", 3, [NewEvent("asked", later(3), b"x" * 100_000)], durable=False)
    assert store.events("e") == [
        StoredEvent(1, "created", NOON, b"config"),
        StoredEvent(2, "asked", later(1), b""),
        StoredEvent(3, "told", later(2), bytes(range(256))),
        StoredEvent(4, "asked", later(3), b"x" * 100_000),
    ]
    assert store.events("e", after_sequence=3) == [StoredEvent(4, "asked", later(3), b"x" * 100_000)]
    assert store.events("e", after_sequence=4) == []


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(store: EventStore) -> None:
    tokyo = timezone(timedelta(hours=9))
    store.create_experiment(experiment_id="e", events=[NewEvent("created", NOON.astimezone(tokyo), b"")])
    (event,) = store.events("e")
    assert event.time == NOON
    assert event.time.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        NewEvent("created", NOON.replace(tzinfo=None), b"")


def test_the_record_says_how_far_the_log_is(store: EventStore) -> None:
    labels = {"lab": "Zürich", "目的": "コントラスト", "emoji": "👁️", "empty": ""}
    store.create_experiment(
        experiment_id="e",
        events=[CREATED, NewEvent("asked", later(1), b"")],
        name="contrast",
        participant_id="P-07",
        labels=labels,
        setup_request_id="r",
        setup_digest=b"\x00\xff",
    )
    created = ExperimentRecord(
        experiment_id="e",
        name="contrast",
        participant_id="P-07",
        labels=labels,
        setup_request_id="r",
        setup_digest=b"\x00\xff",
        create_time=NOON,
        update_time=later(1),
        sequence=2,
        finished=False,
        counts={"created": 1, "asked": 1},
    )
    assert store.get("e") == store.find_setup("r") == created
    store.append("e", 2, [NewEvent("told", later(5), b""), NewEvent("asked", later(9), b"")], durable=True)
    assert store.get("e") == replace(
        created, update_time=later(9), sequence=4, counts={"created": 1, "asked": 2, "told": 1}
    )


def test_finished_stays_as_it_is_unless_said(store: EventStore) -> None:
    create(store, "e")
    states = []
    for sequence, finished in enumerate([None, True, None, False], 1):
        store.append("e", sequence, [CREATED], durable=False, finished=finished)
        states.append(store.get("e").finished)
    assert states == [False, True, True, False]


@pytest.mark.parametrize("after_sequence", [0, 1, 3, 100, -1])
def test_only_the_end_of_the_log_can_be_appended_to(store: EventStore, after_sequence: int) -> None:
    create(store, "e")
    store.append("e", 1, [NewEvent("asked", later(1), b"")], durable=False)
    before = store.get("e"), store.events("e")
    with pytest.raises(SequenceConflict, match=f"does not end at sequence {after_sequence}"):
        store.append("e", after_sequence, [NewEvent("told", later(2), b"")], durable=True, finished=True)
    assert (store.get("e"), store.events("e")) == before


def test_an_unknown_experiment_is_named(store: EventStore) -> None:
    for call in (
        lambda: store.get("nobody"),
        lambda: store.events("nobody"),
        lambda: store.append("nobody", 0, [CREATED], durable=True),
    ):
        with pytest.raises(UnknownExperiment, match='"nobody"'):
            call()
    assert store.find_setup("nobody") is None


def test_nothing_is_no_event(store: EventStore) -> None:
    create(store, "e")
    with pytest.raises(ValueError, match="At least one event"):
        store.append("e", 1, [], durable=True)
    with pytest.raises(ValueError, match="At least one event"):
        store.create_experiment(experiment_id="f", events=[])


def test_a_request_sets_up_one_experiment(store: EventStore) -> None:
    create(store, "e", setup_request_id="r")
    with pytest.raises(DuplicateRequest) as raised:
        create(store, "f", setup_request_id="r", labels={"a": "b"})
    assert raised.value.experiment_id == "e"
    with pytest.raises(UnknownExperiment):
        store.get("f")
    assert len(store.events("e")) == 1


def test_an_experiments_id_is_its_own(store: EventStore) -> None:
    create(store, "e", setup_request_id="r")
    with pytest.raises(ExperimentExists, match='"e"'):
        create(store, "e", setup_request_id="s")
    assert store.find_setup("s") is None


def test_experiments_without_request_do_not_collide(store: EventStore) -> None:
    for experiment_id, request_id in [("a", None), ("b", None), ("c", ""), ("d", "")]:
        create(store, experiment_id, setup_request_id=request_id)
    assert store.get("d").setup_request_id is None


def ids(store: EventStore, **conditions: object) -> list[str]:
    page = store.list_experiments(page_size=100, **conditions)  # type: ignore[arg-type]
    assert page.following is None
    return [record.experiment_id for record in page.records]


def test_the_list_is_filtered_by_all_that_is_given(store: EventStore) -> None:
    create(store, "a", seconds=1, name="contrast", participant_id="p", labels={"eye": "left", "lab": "x"})
    create(store, "b", seconds=2, name="contrast", participant_id="q", labels={"eye": "right", "lab": "x"})
    create(store, "c", seconds=3, name="pitch", participant_id="p", labels={"lab": "left"})
    assert ids(store) == ["c", "b", "a"]
    assert ids(store, name="contrast") == ["b", "a"]
    assert ids(store, participant_id="p") == ["c", "a"]
    assert ids(store, labels={"lab": "x"}) == ["b", "a"]
    assert ids(store, labels={"lab": "x", "eye": "left"}) == ["a"]
    assert ids(store, name="contrast", participant_id="p", labels={"eye": "right"}) == []
    assert ids(store, participant_id="") == []


def test_pages_neither_repeat_nor_miss_while_experiments_arrive(store: EventStore) -> None:
    # Three share each moment, so that a page ends in the middle of one.
    for i in range(10):
        create(store, f"old-{i}", seconds=i // 3)
    seen: list[str] = []
    before: Cursor | None = None
    for page_number in range(4):
        page = store.list_experiments(page_size=3, before=before)
        seen += [record.experiment_id for record in page.records]
        before = page.following
        create(store, f"new-{page_number}", seconds=100 + page_number)
        store.append("old-5", 1 + page_number, [CREATED], durable=False)
    assert before is None
    assert seen == [f"old-{i}" for i in (9, 8, 7, 6, 5, 4, 3, 2, 1, 0)]


def test_a_page_that_takes_the_last_experiment_is_the_last(store: EventStore) -> None:
    for i in range(4):
        create(store, f"{i}", seconds=i)
    first = store.list_experiments(page_size=2)
    last = store.list_experiments(page_size=2, before=first.following)
    assert [record.experiment_id for record in last.records] == ["1", "0"]
    assert last.following is None
    with pytest.raises(ValueError, match="0 experiments per page"):
        store.list_experiments(page_size=0)


def test_several_experiments_are_recorded_together_or_not_at_all(store: EventStore) -> None:
    create(store, "there", setup_request_id="r")
    new = [NewExperiment(experiment_id=name, events=[CREATED], labels={"a": name}) for name in "ef"]
    for taken, error in (
        (replace(new[1], experiment_id="there"), ExperimentExists),
        (replace(new[1], setup_request_id="r"), DuplicateRequest),
    ):
        with pytest.raises(error, match='"there"'):
            store.create_experiments([new[0], taken])
        with pytest.raises(UnknownExperiment):
            store.get("e")
    store.create_experiments(new)
    assert [store.get(name).labels for name in "ef"] == [{"a": "e"}, {"a": "f"}]
    assert [len(store.events(name)) for name in "ef"] == [1, 1]
