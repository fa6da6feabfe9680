"""Two servers on one database: each takes in what the other has written, and a call to both takes effect once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from postgresql_cluster import Cluster
from session_scenario import ask_call, given, make_config, run, set_up
from sqlalchemy import PoolProxiedConnection

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.projection import rows_of_log
from aepsych_grpc.store.check import check
from aepsych_grpc.store.event_store import open_store

Answer = TypeVar("Answer")


@pytest.fixture(params=["file", "postgresql"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Experiments, Experiments]]:
    address = str(tmp_path / "study.db")
    if request.param == "postgresql":
        address = request.getfixturevalue("postgresql").new_database()
    here, there = Experiments(open_store(address)), Experiments(open_store(address))
    yield here, there
    assert check(here.store, rows_of_log, lambda _done, _all: None).problems == ()
    here.close()
    there.close()


def insist(call: Callable[[], Answer]) -> Answer:
    """Call as a client does, which sends a call again that others have outrun."""
    while True:
        try:
            return call()
        except ServiceError as error:
            if error.reason is not Reason.CONCURRENT_WRITE:
                raise


def test_they_take_turns(servers: tuple[Experiments, Experiments]) -> None:
    here = set_up(servers[0])
    there = servers[1].open(here.experiment_id)
    for _ in range(3):
        run(here, 1)
        run(there, 1)
    trials, _ = there.trials()
    assert [trial.trial_id for trial in trials] == [1, 2, 3, 4, 5, 6]
    assert all(trial.observation for trial in trials)


def test_a_call_that_is_sent_to_both_takes_effect_once(servers: tuple[Experiments, Experiments]) -> None:
    call = SetupCall(config=make_config(), request=RequestIdentity(request_id="set up", content_digest=b"same"))
    first, again = (server.setup(call) for server in servers)
    assert (again.experiment_id, first.duplicate, again.duplicate) == (first.experiment_id, False, True)
    here, there = (server.open(first.experiment_id) for server in servers)
    asked, asked_again = (one.ask(ask_call("ask", count=2)) for one in (here, there))
    assert (asked_again.trials, asked.duplicate, asked_again.duplicate) == (asked.trials, False, True)
    assert [one.tell([given(1), given(2)]).receipts[0].duplicate for one in (there, here)] == [False, True]
    with pytest.raises(ServiceError) as refused:
        here.ask(ask_call("ask", count=1))
    assert refused.value.reason is Reason.REQUEST_ID_REUSED
    with pytest.raises(ServiceError) as refused:
        here.tell([given(2, 0)])
    assert refused.value.reason is Reason.TRIAL_ALREADY_TOLD
    ending = RequestIdentity(request_id="end", content_digest=b"same")
    assert [one.finish(ending) for one in (here, there)] == [False, True]


def test_calls_that_reach_both_at_once_take_effect_once(servers: tuple[Experiments, Experiments]) -> None:
    here = set_up(servers[0], sobol=100)
    there = servers[1].open(here.experiment_id)
    observations = [
        given(0, i % 2, stimuli=({"contrast": 0.5, "frequency": 1.0 + i},), observation_id=f"o{i}") for i in range(12)
    ]

    def tell(i: int) -> bool:
        answer = insist(lambda: (here, there)[i % 2].tell([observations[i // 4]]))
        return not answer.receipts[0].duplicate

    def ask(i: int) -> tuple[int, ...]:
        answer = insist(lambda: (here, there)[i % 2].ask(ask_call(f"ask {i // 4}")))
        return tuple(trial.trial_id for trial in answer.trials)

    with ThreadPoolExecutor(8) as pool:
        told = pool.map(tell, range(4 * len(observations)))
        asked = list(pool.map(ask, range(4 * 6)))
        assert sum(told) == len(observations)
    assert all(len(set(asked[i : i + 4])) == 1 for i in range(0, len(asked), 4))
    assert len(set(asked)) == 6
    (trials, sequence), there_too = here.trials(), there.trials()
    assert (trials, sequence) == there_too
    assert len(trials) == len(observations) + 6


@pytest.mark.parametrize("committed", [True, False])
def test_a_response_whose_commit_was_cut_off_is_recorded_once(
    postgresql: Cluster, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    experiments = Experiments(open_store(postgresql.new_database()))
    experiment = set_up(experiments)
    experiment.ask(ask_call())

    def cut_off(pooled: PoolProxiedConnection) -> None:
        connection = pooled.driver_connection
        assert connection is not None
        if committed:
            connection.commit()
        connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(experiments.store.writer.dialect, "do_commit", cut_off)
        with pytest.raises(ServiceError, match="not known whether it was recorded") as raised:
            experiment.tell([given(1)])
    assert raised.value.reason is Reason.STORE_UNAVAILABLE
    assert experiment.tell([given(1)]).receipts[0].duplicate is committed
    assert experiment.overview().told_count == 1
    experiments.close()
