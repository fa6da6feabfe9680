"""Random calls, compared after each with a store made of a dict."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from postgresql_cluster import Cluster

from aepsych_grpc.store.error import DuplicateRequest, SequenceConflict
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.record import Cursor, NewEvent, StoredEvent

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
moments = st.integers(-(10**6), 10**6).map(lambda n: datetime(2030, 1, 1, tzinfo=UTC) + timedelta(microseconds=n))
new_events = st.lists(
    st.builds(NewEvent, st.sampled_from(["created", "asked", "told"]), moments, st.binary(max_size=20)),
    min_size=1,
    max_size=4,
)


@dataclass
class Expected:
    name: str
    participant_id: str
    labels: dict[str, str]
    create_time: datetime
    finished: bool = False
    log: list[NewEvent] = field(default_factory=list)


class StoreMachine(RuleBasedStateMachine):
    """An EventStore beside a dict."""

    experiments = Bundle("experiments")
    unused_ids = Bundle("unused_ids")

    def __init__(self, database: str) -> None:
        super().__init__()
        self.store = open_store(database)
        self.expected: dict[str, Expected] = {}
        self.requests: dict[str, str] = {}

    @rule(target=unused_ids, experiment_id=st.integers(0, 999).map("e{}".format))
    def draw_id(self, experiment_id: str) -> str:
        return experiment_id

    @rule(
        target=experiments,
        experiment_id=consumes(unused_ids),
        name=texts,
        participant_id=texts,
        labels=st.dictionaries(texts, texts, max_size=3),
        request_id=st.none() | st.sampled_from(["r1", "r2", "r3"]),
        events=new_events,
    )
    def create(self, experiment_id, name, participant_id, labels, request_id, events):
        def attempt():
            self.store.create_experiment(
                experiment_id=experiment_id,
                events=events,
                name=name,
                participant_id=participant_id,
                labels=labels,
                setup_request_id=request_id,
            )

        if request_id in self.requests:
            with pytest.raises(DuplicateRequest) as raised:
                attempt()
            assert raised.value.experiment_id == self.requests[request_id]
            return self.requests[request_id]
        if experiment_id in self.expected:
            return experiment_id
        attempt()
        self.expected[experiment_id] = Expected(name, participant_id, labels, events[0].time, log=list(events))
        if request_id is not None:
            self.requests[request_id] = experiment_id
        return experiment_id

    @rule(experiment=experiments, events=new_events, durable=st.booleans(), finished=st.none() | st.booleans())
    def append(self, experiment, events, durable, finished):
        expected = self.expected[experiment]
        self.store.append(experiment, len(expected.log), events, durable=durable, finished=finished)
        expected.log += events
        expected.finished = expected.finished if finished is None else finished

    @rule(experiment=experiments, events=new_events, distance=st.integers(-3, 3).filter(bool))
    def append_elsewhere(self, experiment, events, distance):
        with pytest.raises(SequenceConflict):
            self.store.append(experiment, len(self.expected[experiment].log) + distance, events, durable=True)

    @rule(experiment=experiments, after_sequence=st.integers(0, 10))
    def read(self, experiment, after_sequence):
        log = self.expected[experiment].log
        stored = [StoredEvent(i, event.kind, event.time, event.payload) for i, event in enumerate(log, 1)]
        assert self.store.events(experiment, after_sequence) == stored[after_sequence:]

    @rule(page_size=st.integers(1, 4), participant_id=st.none() | texts)
    def list_all(self, page_size, participant_id):
        listed: list[str] = []
        before: Cursor | None = None
        while True:
            page = self.store.list_experiments(page_size=page_size, participant_id=participant_id, before=before)
            listed += [record.experiment_id for record in page.records]
            before = page.following
            if before is None:
                break
        wanted = {
            experiment_id: expected
            for experiment_id, expected in self.expected.items()
            if participant_id in (None, expected.participant_id)
        }
        assert listed == sorted(wanted, key=lambda i: (wanted[i].create_time, i), reverse=True)

    @invariant()
    def records_agree(self):
        for experiment_id, expected in self.expected.items():
            record = self.store.get(experiment_id)
            kinds = [event.kind for event in expected.log]
            assert record.sequence == len(expected.log)
            assert record.counts == {kind: kinds.count(kind) for kind in kinds}
            assert record.labels == expected.labels
            assert (record.name, record.participant_id) == (expected.name, expected.participant_id)
            assert record.finished == expected.finished
            assert (record.create_time, record.update_time) == (expected.create_time, expected.log[-1].time)

    def teardown(self) -> None:
        self.store.close()


def test_a_store_in_memory_agrees_with_the_model() -> None:
    few = settings(max_examples=40, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(lambda: StoreMachine(":memory:"), settings=few)


@pytest.mark.slow
def test_a_store_on_a_server_agrees_with_the_model(postgresql: Cluster) -> None:
    few = settings(max_examples=20, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(lambda: StoreMachine(postgresql.new_database()), settings=few)
