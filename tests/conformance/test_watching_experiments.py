"""WatchExperiment, over sockets: for many at once, from other servers, and to its end."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from aepsych_grpc.client import AsyncClient, Client, InvalidRequestError
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub

STUDY = {"parameters": [{"name": "contrast", "continuous": {"lower_bound": 0, "upper_bound": 1}}], "seed": 3}
ENOUGH = 30.0
"""Seconds within which whatever is waited for has happened."""


@pytest.fixture
def client(live):
    with Client(live.server.address) as client:
        yield client


@pytest.fixture
def experiment(client):
    return client.setup(STUDY)


def one_trial(experiment):
    experiment.tell(experiment.ask(), 1)


def request(experiment, **fields):
    return v1.WatchExperimentRequest(experiment_id=experiment.experiment_id, **fields)


def until(condition):
    end = time.monotonic() + ENOUGH
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def watchers(server):
    return sum(map(len, server._experiments._watching._watchers.values()))


def test_events_are_those_of_the_log_and_go_on_after_the_end(experiment):
    one_trial(experiment)
    watched = experiment.watch()
    assert [event.kind for event in islice(watched, 3)] == ["experiment_created", "trial_asked", "observation_told"]
    experiment.finish("tired")
    experiment.revise(1, 0, reason="wrong key")
    finished, revised = islice(watched, 2)
    assert (finished.kind, finished.sequence, finished.trial_id) == ("experiment_finished", 4, None)
    assert (revised.kind, revised.sequence, revised.trial_id) == ("trial_revised", 5, 1)
    assert revised.event.trial_revised.reason == "wrong key"
    assert revised.time >= finished.time
    assert next(experiment.watch(after_sequence=4)) == revised


def test_fifty_watchers_see_every_event_and_hold_nobody_up(live, experiment):
    """There are more of them than calls that are answered at the same time."""
    calls = [live.stub.WatchExperiment(request(experiment), timeout=ENOUGH) for _ in range(50)]
    for call in calls:
        assert next(call).event.sequence == 1
    assert watchers(live.server) == 50
    with ThreadPoolExecutor(50) as pool:
        seen = [pool.submit(lambda call=call: [item.event.sequence for item in islice(call, 20)]) for call in calls]
        for _ in range(10):
            one_trial(experiment)
        assert [one.result() for one in seen] == [list(range(2, 22))] * 50
    for call in calls:
        call.cancel()
    until(lambda: not watchers(live.server))


def test_who_cancels_while_nothing_happens_is_gone_at_once(live, experiment):
    call = live.stub.WatchExperiment(request(experiment))
    next(call)
    assert watchers(live.server) == 1
    call.cancel()
    until(lambda: not watchers(live.server))
    assert not live.server._experiments._watching._feeds


def test_who_leaves_the_loop_is_gone_too(live, experiment):
    for _event in experiment.watch():
        assert watchers(live.server) == 1
        break
    until(lambda: not watchers(live.server))


def test_a_deadline_ends_it(live, experiment):
    call = live.stub.WatchExperiment(request(experiment, after_sequence=1), timeout=0.2)
    with pytest.raises(grpc.RpcError) as caught:
        next(call)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: not watchers(live.server))


def test_heartbeats_come_while_nothing_happens(live, experiment):
    call = live.stub.WatchExperiment(
        request(experiment, after_sequence=1, heartbeat_interval=Duration(seconds=1)), timeout=ENOUGH
    )
    beats = [next(call), next(call)]
    assert [beat.WhichOneof("item") for beat in beats] == ["heartbeat"] * 2
    assert beats[0].heartbeat.ToNanoseconds() < beats[1].heartbeat.ToNanoseconds()
    call.cancel()


def test_another_server_s_events_are_seen_and_its_end_is_told(tmp_path):
    database = tmp_path / "experiments.db"
    watched, other = Server(database, Exposure(port=0)), Server(database, Exposure(port=0))
    with Client(other.address) as client, grpc.insecure_channel(watched.address) as channel:
        experiment = client.setup(STUDY)
        calls = [ExperimentServiceStub(channel).WatchExperiment(request(experiment), timeout=ENOUGH) for _ in range(3)]
        assert [next(call).event.sequence for call in calls] == [1, 1, 1]
        one_trial(experiment)
        assert [[item.event.sequence for item in islice(call, 2)] for call in calls] == [[2, 3]] * 3
        assert watched.stop()  # all calls have ended by themselves
        for call in calls:
            with pytest.raises(grpc.RpcError) as caught:
                next(call)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "shutting down" in caught.value.details()
    other.stop()


def test_the_client_watches_on_when_the_server_is_there_again(tmp_path):
    database = tmp_path / "experiments.db"
    server = Server(database, Exposure(port=0))
    port, seen, twice = server.port, [], threading.Event()

    def watch(experiment):
        for event in experiment.watch():
            seen.append(event.sequence)
            if len(seen) == 3:
                twice.set()
            if len(seen) == 5:
                return

    with Client(server.address) as client, ThreadPoolExecutor(1) as pool:
        experiment = client.setup(STUDY)
        watching = pool.submit(watch, experiment)
        one_trial(experiment)
        assert twice.wait(ENOUGH)
        server.stop()
        server = Server(database, Exposure(port=port))
        one_trial(experiment)
        watching.result(ENOUGH)
    assert seen == [1, 2, 3, 4, 5]
    server.stop()


@pytest.mark.parametrize(
    ("fields", "code", "reason", "paths"),
    [
        ({"experiment_id": ""}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("experiment_id",)),
        ({"experiment_id": "nowhere"}, "NOT_FOUND", "EXPERIMENT_NOT_FOUND", ()),
        ({"after_sequence": -1}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("after_sequence",)),
        ({"after_sequence": 2}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("after_sequence",)),
        (
            {"heartbeat_interval": Duration(nanos=999_999_999)},
            "INVALID_ARGUMENT",
            "INVALID_REQUEST",
            ("heartbeat_interval",),
        ),
        ({"heartbeat_interval": Duration(seconds=-3)}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("heartbeat_interval",)),
        (
            {"after_sequence": -1, "heartbeat_interval": Duration()},
            "INVALID_ARGUMENT",
            "INVALID_REQUEST",
            ("after_sequence", "heartbeat_interval"),
        ),
    ],
)
def test_what_can_not_be_watched_is_refused(live, refused, experiment, fields, code, reason, paths):
    given = {"experiment_id": experiment.experiment_id} | fields
    refusal = refused(live.stub.WatchExperiment, v1.WatchExperimentRequest(**given))
    assert (refusal.code, refusal.reason, refusal.fields) == (code, reason, paths)
    assert not watchers(live.server)


def test_a_sequence_beyond_the_log_is_refused_by_the_client_s_call(experiment):
    with pytest.raises(InvalidRequestError, match="the log has 1 to 1"):
        next(experiment.watch(after_sequence=7))


async def test_the_asynchronous_twin(live):
    async with AsyncClient(live.server.address) as client:
        experiment = await client.setup(STUDY)
        seen = []
        async for event in experiment.watch():
            seen.append((event.sequence, event.kind))
            if len(seen) == 1:
                await experiment.ask()
            elif len(seen) == 2:
                await experiment.tell(1, 1)
            else:
                break
    assert seen == [(1, "experiment_created"), (2, "trial_asked"), (3, "observation_told")]
    until(lambda: not watchers(live.server))


def test_a_server_within_the_process_can_be_watched():
    with Client(transport=InProcessTransport()) as client:
        experiment = client.setup(STUDY)
        one_trial(experiment)
        assert [event.sequence for event in islice(experiment.watch(), 3)] == [1, 2, 3]
