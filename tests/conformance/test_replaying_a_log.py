"""Replay over a socket: the whole log comes with what is found again, and the experiment is left as it was."""

import threading
import time

import pytest

from aepsych_grpc.client import AsyncClient, Client
from aepsych_grpc.core.generators import by_acquisition
from aepsych_grpc.server import places
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from aepsych_grpc.session import replay as replay_module
from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "eye", "categorical": {"choices": ["left", "right", "両眼"]}},
    ],
    "intensity_parameter": "contrast",
    "strategies": [
        {"name": "first", "generator": {"name": "sobol"}, "stopping": {"min_asks": 3}},
        {"name": "then", "generator": {"name": "optimize_acquisition"}, "stopping": {"min_asks": 30}},
    ],
    "seed": 5,
}
TRIALS = 8


@pytest.fixture(scope="module")
def client(live):
    with Client(live.server.address) as client:
        yield client


@pytest.fixture(scope="module")
def experiment(client):
    experiment = client.setup(CONFIG)
    for _ in range(TRIALS):
        trial = experiment.ask(compute_budget=60)
        experiment.tell(trial, int(trial["contrast"] > 0.1))
    return experiment


def replayed(live, experiment, **fields):
    return list(live.stub.Replay(v1.ReplayRequest(experiment_id=experiment.experiment_id, **fields), timeout=60))


def asked(responses):
    return [one for one in responses if one.event.HasField("trial_asked")]


def test_every_event_comes_in_order_and_every_trial_is_the_same(live, experiment):
    before = live.rows()
    responses = replayed(live, experiment)
    assert live.rows() == before
    assert [one.event.sequence for one in responses] == list(range(1, responses[0].event_count + 1))
    assert responses[0].event.HasField("experiment_created")
    assert {one.agreement for one in asked(responses)} == {v1.REPLAY_AGREEMENT_SAME}
    listed = live.stub.ListTrials(v1.ListTrialsRequest(experiment_id=experiment.experiment_id)).trials
    for one, trial in zip(asked(responses), listed, strict=True):
        derived = one.derived_trial
        assert (derived.trial_id, derived.stimuli, derived.strategy, derived.source) == (
            trial.trial_id,
            trial.stimuli,
            trial.strategy,
            trial.source,
        )
        assert derived.stimuli == one.event.trial_asked.stimuli
    rest = [one for one in responses if not one.event.HasField("trial_asked")]
    assert not any(one.agreement or one.HasField("derived_trial") or one.HasField("derived_refit") for one in rest)


def test_a_replay_goes_on_from_a_sequence(live, experiment):
    whole = replayed(live, experiment)
    assert replayed(live, experiment, from_sequence=9) == whole[8:]
    assert replayed(live, experiment, from_sequence=len(whole) + 1) == []


def test_without_computations_it_is_the_log(live, experiment, monkeypatch):
    monkeypatch.setattr(replay_module, "assemble", None)
    responses = replayed(live, experiment, skip_computations=True)
    assert len(responses) == responses[0].event_count
    assert not any(one.agreement or one.HasField("derived_trial") for one in responses)


def test_refits_are_verified_when_that_is_wanted(live, experiment):
    refitted = [one for one in replayed(live, experiment, verify_refits=True) if one.event.HasField("model_refitted")]
    assert {one.agreement for one in refitted} == {v1.REPLAY_AGREEMENT_SAME}
    assert all(one.derived_refit.hyperparameters == one.event.model_refitted.hyperparameters for one in refitted)


def test_what_can_not_be_found_again_is_told(live, experiment, monkeypatch):
    stream = by_acquisition.random_stream
    monkeypatch.setattr(by_acquisition, "random_stream", lambda seed, index: stream(seed + 1, index))
    agreements = [one.agreement for one in asked(replayed(live, experiment))]
    assert agreements == [v1.REPLAY_AGREEMENT_SAME] * 3 + [v1.REPLAY_AGREEMENT_DIFFERENT] * (TRIALS - 3)


@pytest.mark.parametrize(
    ("fields", "code", "reason", "wrong"),
    [
        ({"experiment_id": ""}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("experiment_id",)),
        ({"experiment_id": "no such"}, "NOT_FOUND", "EXPERIMENT_NOT_FOUND", ()),
        ({"from_sequence": 0}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("from_sequence",)),
        ({"from_sequence": 10_000}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("from_sequence",)),
        (
            {"skip_computations": True, "verify_refits": True},
            "INVALID_ARGUMENT",
            "INVALID_REQUEST",
            ("verify_refits",),
        ),
    ],
)
def test_bad_requests_are_refused(live, experiment, refused, fields, code, reason, wrong):
    refusal = refused(live.stub.Replay, v1.ReplayRequest(**{"experiment_id": experiment.experiment_id, **fields}))
    assert (refusal.code, refusal.reason, refusal.fields) == (code, reason, wrong)


class Slow:
    """Chooses when it is let."""

    def __init__(self, monkeypatch):
        self.begun = 0
        self.turns = threading.Semaphore(0)
        self.choose = replay_module.choose
        monkeypatch.setattr(replay_module, "choose", self)

    def __call__(self, *given):
        self.begun += 1
        assert self.turns.acquire(timeout=60)
        return self.choose(*given)


def wait_until(so):
    end = time.monotonic() + 60
    while not so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_cancelled_replay_stops_its_work(live, experiment, monkeypatch):
    slow = Slow(monkeypatch)
    call = live.stub.Replay(v1.ReplayRequest(experiment_id=experiment.experiment_id))
    next(call)
    wait_until(lambda: slow.begun == 1)
    call.cancel()
    time.sleep(1)  # in which the server hears of it
    slow.turns.release(1000)
    wait_until(lambda: live.server._gate._inside == 0)
    time.sleep(0.2)  # in which the other seven trials could be chosen
    assert slow.begun < TRIALS
    assert len(asked(replayed(live, experiment))) == TRIALS


def test_no_more_than_some_replays_run_at_the_same_time(live, experiment, refused, monkeypatch):
    slow = Slow(monkeypatch)
    request = v1.ReplayRequest(experiment_id=experiment.experiment_id)
    calls = [live.stub.Replay(request) for _ in range(places.MOST_STREAMS)]
    for call in calls:
        next(call)
    refusal = refused(live.stub.Replay, request)
    assert (refusal.code, refusal.reason) == ("RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED")
    assert experiment.ask(compute_budget=60).state == "pending", "trials go on"
    slow.turns.release(1000)
    for call in calls:
        assert len(asked(list(call))) >= TRIALS - 1
    assert asked(replayed(live, experiment))


def test_a_server_that_stops_does_not_wait_for_a_replay(tmp_path, monkeypatch):
    server = Server(tmp_path / "stopping.db", Exposure(port=0))
    with Client(server.address) as client:
        experiment = client.setup(CONFIG)
        for _ in range(TRIALS):
            experiment.tell(experiment.ask(compute_budget=60), 1)
        slow = Slow(monkeypatch)
        walk = client._transport.stream("Replay", v1.ReplayRequest(experiment_id=experiment.experiment_id), None)
        next(walk)
        wait_until(lambda: slow.begun == 1)
        stopping = threading.Thread(target=lambda: finished.append(server.stop(60)))
        finished = []
        stopping.start()
        wait_until(lambda: not server._gate._open)
        slow.turns.release()
        with pytest.raises(Exception, match="shutting down"):
            list(walk)
        stopping.join(60)
    assert finished == [True]
    assert slow.begun == 1


def test_the_client_reads_trials_as_the_config_has_them(client, experiment):
    events = list(client.replay(experiment.experiment_id))
    assert events == list(experiment.replay())
    trials = [event.recorded for event in events if event.kind == "trial_asked"]
    assert {trial["eye"] for trial in trials} <= {"left", "right", "両眼"}
    assert [trial.trial_id for trial in trials[:TRIALS]] == list(range(1, TRIALS + 1))
    assert {event.agreement for event in events if event.kind == "trial_asked"} == {"same"}
    assert [event.derived.stimuli for event in events if event.derived] == [trial.stimuli for trial in trials]
    (first,) = experiment.replay(from_sequence=len(events), skip_computations=True)
    assert (first.sequence, first.event_count) == (len(events), len(events))
    refit = next(event for event in experiment.replay(verify_refits=True) if event.kind == "model_refitted")
    assert refit.derived_refit == refit.recorded_refit != ()


async def test_the_asynchronous_client_replays_too(live, experiment):
    async with AsyncClient(live.server.address) as client:
        events = [event async for event in client.replay(experiment.experiment_id)]
        again = await client.experiment(experiment.experiment_id)
        first = await anext(again.replay())
    assert events == list(experiment.replay())
    assert first == events[0]


def test_an_unknown_experiment_is_named(client):
    with pytest.raises(Exception, match='no experiment "x"'):
        next(client.replay("x"))
