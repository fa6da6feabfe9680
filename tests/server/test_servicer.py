"""What the RPCs answer, without a socket."""

import threading

import pytest
from google.protobuf.json_format import ParseDict
from google.rpc.code_pb2 import Code

from aepsych_grpc.client.transport import StatusError
from aepsych_grpc.server.grpc_door import SERVICE
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.places import MOST_STREAMS
from aepsych_grpc.v1 import experiment_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


@pytest.fixture
def transport():
    transport = InProcessTransport()
    yield transport
    transport.close()


@pytest.fixture
def call(transport):
    """Make an RPC with a request in its JSON form."""

    def call(method, /, **fields):
        request = ParseDict(fields, getattr(v1, f"{method}Request")())
        return transport.unary(method, request, None)

    return call


def config(asks=3, **fields):
    return {
        "name": "study",
        "parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}],
        "strategies": [{"generator": {"name": "sobol"}, "stopping": {"maxAsks": asks}}],
        **fields,
    }


@pytest.fixture
def experiment_id(call):
    return call("Setup", config=config()).experiment_id


def answer(trial_id, response=1, **fields):
    return {"trialId": trial_id, "outcomes": {"response": response}, **fields}


@pytest.mark.parametrize("method", list(SERVICE.methods), ids=lambda method: method.name)
def test_every_rpc_of_the_contract_is_answered(method, transport):
    try:
        request = getattr(v1, method.input_type.name)()
        if method.server_streaming:
            code = list(transport.stream(method.name, request, None)) and Code.OK
        else:
            code = transport.unary(method.name, request, None) and Code.OK
    except StatusError as error:
        code = error.status.code
    assert code in (Code.OK, Code.INVALID_ARGUMENT)


def test_labels_and_seed_of_the_request_win_over_the_config_s(call):
    fields = {"config": config(labels={"lab": "a", "rig": "1"}, seed=1), "labels": {"lab": "b"}, "seed": 2}
    answered = call("Setup", **fields, participantId="p1")
    experiment = call("GetExperiment", experimentId=answered.experiment_id).experiment
    assert dict(experiment.labels) == {"lab": "b", "rig": "1"}
    assert answered.config.seed == experiment.config.seed == 2
    assert (experiment.participant_id, experiment.name) == ("p1", "study")


def test_a_seed_is_chosen_and_reported(call):
    seeds = {call("Setup", config=config()).config.seed for _ in range(3)}
    assert len(seeds) == 3


def test_remarks_on_a_config_come_as_warnings(call):
    assert any("model" in warning for warning in call("Setup", config=config(), validateOnly=True).warnings)


def test_a_trial_s_life(call, experiment_id):
    asked = call("Ask", experimentId=experiment_id).trials[0]
    assert (asked.trial_id, asked.state, asked.source) == (
        1,
        trial_pb2.TRIAL_STATE_PENDING,
        trial_pb2.TRIAL_SOURCE_SOBOL,
    )
    assert 0 <= asked.stimuli[0].values["x"].number_value <= 1
    assert asked.HasField("ask_time")
    assert not asked.HasField("tell_time")
    metadata = {"eye": "left", "gaze": [1, 2]}
    told = call("Tell", experimentId=experiment_id, observations=[answer(1, responseTime="0.25s", metadata=metadata)])
    assert [(one.observation_id, one.trial_id, one.duplicate) for one in told.receipts] == [("trial-1", 1, False)]
    (trial,) = call("ListTrials", experimentId=experiment_id).trials
    assert (trial.state, trial.sequence) == (trial_pb2.TRIAL_STATE_TOLD, told.sequence)
    assert trial.stimuli == asked.stimuli
    assert trial.observation.response_time.ToMilliseconds() == 250
    assert dict(trial.observation.metadata) == metadata


def test_ask_next_asks_and_a_repeated_tell_gets_the_same_trial(call, experiment_id):
    call("Ask", experimentId=experiment_id)
    fields = {"experimentId": experiment_id, "observations": [answer(1)], "askNext": {}}
    first = call("Tell", **fields)
    assert [trial.trial_id for trial in first.next_trials] == [2]
    again = call("Tell", **fields)
    assert again.next_trials == first.next_trials
    assert again.receipts[0].duplicate
    assert again.sequence == first.sequence


def test_the_last_trial_is_not_lost_when_its_tell_is_repeated(call):
    experiment_id = call("Setup", config=config(asks=2)).experiment_id
    call("Ask", experimentId=experiment_id)
    fields = {"experimentId": experiment_id, "observations": [answer(1)], "askNext": {}}
    first = call("Tell", **fields)
    assert [trial.trial_id for trial in first.next_trials] == [2]
    assert first.finished
    assert call("Tell", **fields) == v1.TellResponse(
        receipts=[v1.ObservationReceipt(observation_id="trial-1", trial_id=1, duplicate=True)],
        sequence=first.sequence,
        finished=True,
        next_trials=first.next_trials,
    )
    end = call("Tell", experimentId=experiment_id, observations=[answer(2)], askNext={})
    assert end.finished
    assert not end.next_trials


def test_fixed_parameters_hold(call, experiment_id):
    trial = call("Ask", experimentId=experiment_id, fixedParameters={"x": 0.25}).trials[0]
    assert trial.stimuli[0].values["x"].number_value == 0.25


def test_ending_an_experiment(call):
    two = config(
        strategies=[
            {"name": name, "generator": {"name": "sobol"}, "stopping": {"maxAsks": 5}} for name in ("first", "second")
        ]
    )
    experiment_id = call("Setup", config=two).experiment_id
    ended = call("FinishStrategy", experimentId=experiment_id, strategy="first", requestId="r")
    assert (ended.experiment.current_strategy, ended.duplicate) == ("second", False)
    assert [one.finished for one in ended.experiment.strategies] == [True, False]
    assert call("FinishStrategy", experimentId=experiment_id, strategy="first", requestId="r").duplicate
    finished = call("FinishExperiment", experimentId=experiment_id, reason="tired").experiment
    assert finished.state == experiment_pb2.EXPERIMENT_STATE_FINISHED
    (listed,) = call("ListExperiments").experiments
    assert listed.state == experiment_pb2.EXPERIMENT_STATE_FINISHED


def test_experiments_are_listed_page_by_page_newest_first(call):
    ids = [call("Setup", config=config(), participantId=f"p{i % 2}").experiment_id for i in range(5)]
    pages = [call("ListExperiments", pageSize=2)]
    while pages[-1].next_page_token:
        pages.append(call("ListExperiments", pageSize=2, pageToken=pages[-1].next_page_token))
    assert [len(page.experiments) for page in pages] == [2, 2, 1]
    assert [one.experiment_id for page in pages for one in page.experiments] == ids[::-1]
    filtered = call("ListExperiments", participantId="p1")
    assert [one.experiment_id for one in filtered.experiments] == [ids[3], ids[1]]
    with pytest.raises(StatusError, match="page_token"):
        call("ListExperiments", pageSize=2, pageToken=pages[0].next_page_token, participantId="p1")


def test_a_listed_experiment_counts_its_trials(call, experiment_id):
    call("Ask", experimentId=experiment_id, count=2)
    call("Tell", experimentId=experiment_id, observations=[answer(1)])
    (listed,) = call("ListExperiments").experiments
    whole = call("GetExperiment", experimentId=experiment_id).experiment
    for field in ("experiment_id", "name", "sequence", "state", "asked_count", "told_count", "create_time"):
        assert getattr(listed, field) == getattr(whole, field), field
    assert not listed.HasField("config")


def test_trials_are_listed_page_by_page_without_missing_a_change(call, experiment_id):
    call("Ask", experimentId=experiment_id, count=3)
    first = call("ListTrials", experimentId=experiment_id, pageSize=2)
    assert [trial.trial_id for trial in first.trials] == [1, 2]
    call("Tell", experimentId=experiment_id, observations=[answer(1)])
    second = call("ListTrials", experimentId=experiment_id, pageSize=2, pageToken=first.next_page_token)
    assert [trial.trial_id for trial in second.trials] == [3]
    assert second.next_page_token == ""
    assert second.sequence == first.sequence
    changed = call("ListTrials", experimentId=experiment_id, afterSequence=second.sequence)
    assert [trial.trial_id for trial in changed.trials] == [1]


def test_server_info_has_the_catalogue(call):
    info = call("GetServerInfo")
    assert {"sobol", "manual"} <= {entry.name for entry in info.generators}
    assert info.models
    assert all(entry.summary for entry in (*info.models, *info.acquisitions, *info.generators))
    assert info.limits.max_observations_per_tell == 10_000
    assert "binary" in info.outcome_kinds
    assert "threshold_contour" in info.queries


def test_an_answer_is_the_caller_s_own(call):
    call("GetServerInfo").version = "changed"
    assert call("GetServerInfo").version != "changed"


def test_a_call_without_time_left_is_not_begun(transport):
    with pytest.raises(StatusError) as caught:
        transport.unary("GetServerInfo", v1.GetServerInfoRequest(), 0)
    assert caught.value.status.code == Code.DEADLINE_EXCEEDED


def test_a_fault_leaves_no_trace_but_its_incident_id(transport, monkeypatch):
    def fail(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("aepsych_grpc.server.listing.make_token", fail)
    monkeypatch.setattr("aepsych_grpc.server.listing.page_size", fail)
    with pytest.raises(StatusError) as caught:
        transport.unary("ListExperiments", v1.ListExperimentsRequest(), None)
    assert caught.value.status.code == Code.INTERNAL
    assert "secret" not in str(caught.value.status)


def test_a_setup_that_learns_waits_no_longer_than_its_deadline(call, transport, monkeypatch):
    may_go_on = threading.Event()
    monkeypatch.setattr("aepsych_grpc.session.population.learn", lambda *_: may_go_on.wait(30) and ())
    teacher = call("Setup", config=config()).experiment_id
    call("Tell", experimentId=teacher, observations=[{"stimuli": [{"values": {"x": 0}}], "outcomes": {"response": 1}}])
    request = ParseDict({"config": config(), "priorFromExperimentIds": [teacher]}, v1.SetupRequest())
    with pytest.raises(StatusError) as caught:
        transport.unary("Setup", request, 0.01)
    assert caught.value.status.code == Code.DEADLINE_EXCEEDED
    assert "Nothing was recorded; the learning goes on." in caught.value.status.message
    may_go_on.set()
    assert transport.unary("Setup", request, None).experiment_id


def test_replays_and_exports_share_the_places_for_long_answers(transport, experiment_id):
    export = v1.ExportTrialsRequest(experiment_ids=[experiment_id], format=v1.EXPORT_FORMAT_CSV_WIDE)
    replay = v1.ReplayRequest(experiment_id=experiment_id)
    under_way = [transport.stream("ExportTrials", export, None) for _ in range(MOST_STREAMS)]
    for one in under_way:
        next(one)
    for method, request in (("Replay", replay), ("ExportTrials", export)):
        with pytest.raises(StatusError, match="replays and exports are running") as caught:
            list(transport.stream(method, request, None))
        assert caught.value.status.code == Code.RESOURCE_EXHAUSTED
    under_way[0].close()
    assert list(transport.stream("Replay", replay, None))
    list(under_way[1])
    assert list(transport.stream("ExportTrials", export, None))
