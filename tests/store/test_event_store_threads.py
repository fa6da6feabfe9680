"""Many threads at once, as the server's calls come."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from aepsych_grpc.store.error import DuplicateRequest, SequenceConflict
from aepsych_grpc.store.event_store import EventStore, open_store
from aepsych_grpc.store.record import NewEvent

THREADS = 8


def event(payload: bytes = b"") -> NewEvent:
    return NewEvent("told", datetime.now(UTC), payload)


def run_together(work: Callable[[int], object]) -> list[object]:
    barrier = threading.Barrier(THREADS)

    def start(thread: int) -> object:
        barrier.wait()
        return work(thread)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


def test_experiments_of_their_own_are_written_side_by_side(store: EventStore) -> None:
    def work(thread: int) -> None:
        mine = f"e{thread}"
        store.create_experiment(experiment_id=mine, events=[event()])
        for sequence in range(1, 40):
            store.append(mine, sequence, [event(b"%d %d" % (thread, sequence + 1))], durable=sequence % 2 == 0)
            assert store.get(mine).sequence == sequence + 1

    run_together(work)
    for thread in range(THREADS):
        payloads = [stored.payload for stored in store.events(f"e{thread}")]
        assert payloads == [b"", *(b"%d %d" % (thread, sequence) for sequence in range(2, 41))]


def test_of_writers_of_the_same_place_one_wins(store: EventStore) -> None:
    store.create_experiment(experiment_id="e", events=[event()])

    def work(thread: int) -> int:
        won = 0
        for _ in range(20):
            try:
                store.append("e", store.get("e").sequence, [event(b"%d" % thread)], durable=False)
                won += 1
            except SequenceConflict:
                pass
        return won

    won = run_together(work)
    events = store.events("e")
    assert [stored.sequence for stored in events] == list(range(1, len(events) + 1))
    assert [sum(stored.payload == b"%d" % thread for stored in events) for thread in range(THREADS)] == won


def test_the_same_setup_sent_by_all_makes_one_experiment(store: EventStore) -> None:
    def work(thread: int) -> str:
        try:
            store.create_experiment(experiment_id=f"e{thread}", events=[event()], setup_request_id="r")
        except DuplicateRequest as duplicate:
            return duplicate.experiment_id
        return f"e{thread}"

    assert len(set(run_together(work))) == 1
    assert len(store.list_experiments(page_size=THREADS).records) == 1


def test_two_stores_on_one_database_fence_each_other(address: str) -> None:
    stores = [open_store(address) for _ in range(2)]
    stores[0].create_experiment(experiment_id="e", events=[event()])
    stores[1].append("e", 1, [event()], durable=True)
    try:
        stores[0].append("e", 1, [event(b"stale")], durable=True)
    except SequenceConflict:
        stores[0].append("e", 2, [event(b"fresh")], durable=True)
    assert [stored.payload for stored in stores[1].events("e")] == [b"", b"", b"fresh"]
    for store in stores:
        store.close()
