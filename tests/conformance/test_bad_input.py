"""Every kind of bad input over a real socket: its code, reason and field, and a log that is what it was."""

import itertools
import math

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {
    "name": "bad input",
    "parameters": [
        {"name": "contrast", "continuous": {"lowerBound": 0, "upperBound": 1}},
        {"name": "count", "integer": {"lowerBound": 1, "upperBound": 9}},
        {"name": "side", "categorical": {"choices": ["left", "right"]}},
    ],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"maxAsks": 100}}],
}
STIMULUS = {"contrast": 0.5, "count": 3, "side": "left"}


@pytest.fixture(scope="module")
def running(live):
    """An experiment with trial 1 told and trial 2 pending."""
    experiment_id = live.stub.Setup(ParseDict({"config": CONFIG}, v1.SetupRequest())).experiment_id
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id, count=2))
    live.stub.Tell(tell(experiment_id, {"observationId": "first", "trialId": 1, "outcomes": {"response": 1}}))
    return experiment_id


@pytest.fixture(scope="module")
def finished(live):
    """An experiment that was ended."""
    experiment_id = live.stub.Setup(ParseDict({"config": CONFIG}, v1.SetupRequest())).experiment_id
    live.stub.FinishExperiment(v1.FinishExperimentRequest(experiment_id=experiment_id))
    return experiment_id


def tell(experiment_id, *observations, **fields):
    return ParseDict({"experimentId": experiment_id, "observations": observations, **fields}, v1.TellRequest())


def told_outcome(value):
    def build(experiment_id):
        request = tell(experiment_id, {"trialId": 2, "outcomes": {"response": 1}})
        outcome = request.observations[0].outcomes["response"]
        outcome.number_value = value
        return request

    return build


def told_stimulus(**changes):
    def build(experiment_id):
        request = tell(experiment_id, {"stimuli": [{"values": STIMULUS}], "outcomes": {"response": 1}})
        values = request.observations[0].stimuli[0].values
        for name, value in changes.items():
            if value is None:
                del values[name]
            elif isinstance(value, str):
                values[name].string_value = value
            else:
                values[name].number_value = value
        return request

    return build


def observation(**fields):
    complete = {"trialId": 2, "outcomes": {"response": 1}} | fields
    return lambda experiment_id: tell(experiment_id, complete)


def message(kind, **fields):
    def build(experiment_id):
        request = kind(experiment_id=experiment_id)
        return ParseDict(fields, request)

    return build


def ask_fixed(name, value):
    def build(experiment_id):
        request = v1.AskRequest(experiment_id=experiment_id)
        request.fixed_parameters[name].number_value = value
        return request

    return build


def metadata_nan(experiment_id):
    request = tell(experiment_id, {"trialId": 2, "outcomes": {"response": 1}})
    inner = request.observations[0].metadata.fields["gaze"].list_value
    inner.values.add().number_value = math.nan
    return request


def metadata_nested(depth):
    def build(experiment_id):
        request = tell(experiment_id, {"trialId": 2, "outcomes": {"response": 1}})
        inner = request.observations[0].metadata
        for _ in range(depth - 1):
            inner = inner.fields["a"].struct_value
        inner.fields["a"].number_value = 1
        return request

    return build


def predict(**values):
    def build(experiment_id):
        request = v1.QueryRequest(experiment_id=experiment_id)
        stimulus = request.prediction.stimuli.add()
        for name, value in (STIMULUS | values).items():
            if isinstance(value, str):
                stimulus.values[name].string_value = value
            else:
                stimulus.values[name].number_value = value
        return request

    return build


INVALID = ("INVALID_ARGUMENT", "INVALID_REQUEST")
OUTSIDE = ("OUT_OF_RANGE", "OUT_OF_BOUNDS")
OUTCOME = "observations[0].outcomes.response"
SHOWN = "observations[0].stimuli[0].values"

CASES = {
    "outcome nan": ("Tell", told_outcome(math.nan), INVALID, [OUTCOME]),
    "outcome infinite": ("Tell", told_outcome(-math.inf), INVALID, [OUTCOME]),
    "outcome 7 for yes/no": ("Tell", told_outcome(7), INVALID, [OUTCOME]),
    "outcome between yes and no": ("Tell", told_outcome(0.5), INVALID, [OUTCOME]),
    "outcome a text": ("Tell", observation(outcomes={"response": "yes"}), INVALID, [OUTCOME]),
    "outcome null": ("Tell", observation(outcomes={"response": None}), INVALID, [OUTCOME]),
    "outcome a list": ("Tell", observation(outcomes={"response": [1]}), INVALID, [OUTCOME]),
    "outcome missing": ("Tell", observation(outcomes={}), INVALID, [OUTCOME]),
    "outcome unknown": (
        "Tell",
        observation(outcomes={"response": 1, "respnse": 1}),
        INVALID,
        ["observations[0].outcomes.respnse"],
    ),
    "stimulus nan": ("Tell", told_stimulus(contrast=math.nan), INVALID, [f"{SHOWN}.contrast"]),
    "stimulus infinite": ("Tell", told_stimulus(contrast=math.inf), INVALID, [f"{SHOWN}.contrast"]),
    "stimulus out of bounds": ("Tell", told_stimulus(contrast=1.5), OUTSIDE, [f"{SHOWN}.contrast"]),
    "whole number out of bounds": ("Tell", told_stimulus(count=10), OUTSIDE, [f"{SHOWN}.count"]),
    "whole number with a fraction": ("Tell", told_stimulus(count=2.5), INVALID, [f"{SHOWN}.count"]),
    "category unknown": ("Tell", told_stimulus(side="lift"), INVALID, [f"{SHOWN}.side"]),
    "category a number": ("Tell", told_stimulus(side=1), INVALID, [f"{SHOWN}.side"]),
    "parameter a text": ("Tell", told_stimulus(contrast="high"), INVALID, [f"{SHOWN}.contrast"]),
    "parameter missing": ("Tell", told_stimulus(contrast=None), INVALID, [f"{SHOWN}.contrast"]),
    "parameter unknown": ("Tell", told_stimulus(contrst=0.5), INVALID, [f"{SHOWN}.contrst"]),
    "several mistakes": (
        "Tell",
        told_stimulus(contrast=math.nan, count=2.5, side="lift", extra=1),
        INVALID,
        [f"{SHOWN}.contrast", f"{SHOWN}.count", f"{SHOWN}.extra", f"{SHOWN}.side"],
    ),
    "two stimuli where one is shown": (
        "Tell",
        lambda experiment_id: tell(
            experiment_id, {"stimuli": [{"values": STIMULUS}, {"values": STIMULUS}], "outcomes": {"response": 1}}
        ),
        INVALID,
        ["observations[0].stimuli"],
    ),
    "neither trial nor stimuli": (
        "Tell",
        lambda experiment_id: tell(experiment_id, {"outcomes": {"response": 1}}),
        INVALID,
        ["observations[0].trial_id"],
    ),
    "trial negative": ("Tell", observation(trialId=-1), INVALID, ["observations[0].trial_id"]),
    "trial unknown": (
        "Tell",
        observation(trialId=99),
        ("NOT_FOUND", "TRIAL_NOT_FOUND"),
        ["observations[0].trial_id"],
    ),
    "trial told before": (
        "Tell",
        observation(trialId=1, observationId="second"),
        ("ALREADY_EXISTS", "TRIAL_ALREADY_TOLD"),
        ["observations[0].trial_id"],
    ),
    "observation_id reused": (
        "Tell",
        observation(trialId=2, observationId="first"),
        ("ALREADY_EXISTS", "OBSERVATION_ID_REUSED"),
        ["observations[0].observation_id"],
    ),
    "observation_id too long": (
        "Tell",
        observation(observationId="x" * 201),
        INVALID,
        ["observations[0].observation_id"],
    ),
    "response time negative": (
        "Tell",
        observation(responseTime="-0.5s"),
        INVALID,
        ["observations[0].response_time"],
    ),
    "metadata nan": ("Tell", metadata_nan, INVALID, ["observations[0].metadata.gaze[0]"]),
    "metadata too deep": (
        "Tell",
        metadata_nested(17),
        INVALID,
        ["observations[0].metadata" + 16 * ".a"],
    ),
    "metadata as deep as can be": (
        "Tell",
        metadata_nested(32),
        INVALID,
        ["observations[0].metadata" + 16 * ".a"],
    ),
    "no observations": ("Tell", lambda experiment_id: tell(experiment_id), INVALID, ["observations"]),
    "one bad observation among good ones": (
        "Tell",
        lambda experiment_id: tell(
            experiment_id,
            {"trialId": 2, "outcomes": {"response": 1}},
            {"stimuli": [{"values": STIMULUS}], "outcomes": {"response": 2}},
        ),
        INVALID,
        ["observations[1].outcomes.response"],
    ),
    "ask_next with an unknown parameter": (
        "Tell",
        lambda experiment_id: tell(
            experiment_id,
            {"trialId": 2, "outcomes": {"response": 1}},
            askNext={"fixedParameters": {"contrst": 0.5}},
        ),
        INVALID,
        ["ask_next.fixed_parameters.contrst"],
    ),
    "ask_next out of bounds": (
        "Tell",
        lambda experiment_id: tell(
            experiment_id,
            {"trialId": 2, "outcomes": {"response": 1}},
            askNext={"fixedParameters": {"contrast": 2}},
        ),
        OUTSIDE,
        ["ask_next.fixed_parameters.contrast"],
    ),
    "ask_next with count 0": (
        "Tell",
        lambda experiment_id: tell(experiment_id, {"trialId": 2, "outcomes": {"response": 1}}, askNext={"count": 0}),
        INVALID,
        ["ask_next.count"],
    ),
    "fixed nan": ("Ask", ask_fixed("contrast", math.nan), INVALID, ["fixed_parameters.contrast"]),
    "fixed infinite": ("Ask", ask_fixed("contrast", math.inf), INVALID, ["fixed_parameters.contrast"]),
    "fixed unknown": ("Ask", ask_fixed("contrst", 0.5), INVALID, ["fixed_parameters.contrst"]),
    "fixed out of bounds": ("Ask", ask_fixed("contrast", 2), OUTSIDE, ["fixed_parameters.contrast"]),
    "count 0": ("Ask", message(v1.AskRequest, count=0), INVALID, ["count"]),
    "count negative": ("Ask", message(v1.AskRequest, count=-1), INVALID, ["count"]),
    "count too large": ("Ask", message(v1.AskRequest, count=101), ("RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED"), ["count"]),
    "budget 0": ("Ask", message(v1.AskRequest, computeBudget="0s"), INVALID, ["compute_budget"]),
    "budget negative": ("Ask", message(v1.AskRequest, computeBudget="-1s"), INVALID, ["compute_budget"]),
    "request_id too long": ("Ask", message(v1.AskRequest, requestId="x" * 201), INVALID, ["request_id"]),
    "strategy not current": (
        "FinishStrategy",
        message(v1.FinishStrategyRequest, strategy="sobl"),
        ("FAILED_PRECONDITION", "STRATEGY_NOT_CURRENT"),
        ["strategy"],
    ),
    "reason too long": (
        "FinishExperiment",
        message(v1.FinishExperimentRequest, reason="x" * 201),
        INVALID,
        ["reason"],
    ),
    "nothing to model": (
        "Query",
        message(v1.QueryRequest, maximum={}),
        ("FAILED_PRECONDITION", "NOTHING_TO_MODEL"),
        [],
    ),
    "no question": ("Query", message(v1.QueryRequest), INVALID, ["query"]),
    "credible level 1": ("Query", message(v1.QueryRequest, maximum={}, credibleLevel=1), INVALID, ["credible_level"]),
    "credible level 0": ("Query", message(v1.QueryRequest, maximum={}, credibleLevel=0), INVALID, ["credible_level"]),
    "credible level nan": (
        "Query",
        message(v1.QueryRequest, maximum={}, credibleLevel="NaN"),
        INVALID,
        ["credible_level"],
    ),
    "scale unknown": ("Query", message(v1.QueryRequest, maximum={}, responseScale=9), INVALID, ["response_scale"]),
    "inverse of nothing": ("Query", message(v1.QueryRequest, inverse={}), INVALID, ["inverse.value"]),
    "inverse of nan": ("Query", message(v1.QueryRequest, inverse={"value": "NaN"}), INVALID, ["inverse.value"]),
    "prediction nowhere": ("Query", message(v1.QueryRequest, prediction={}), INVALID, ["prediction.stimuli"]),
    "outcome of a query unknown": ("Query", message(v1.QueryRequest, maximum={}, outcome="x"), INVALID, ["outcome"]),
    "sequence beyond the log": (
        "Query",
        message(v1.QueryRequest, maximum={}, atSequence=999),
        INVALID,
        ["at_sequence"],
    ),
    "acquisition nowhere": ("Query", message(v1.QueryRequest, acquisition={}), INVALID, ["acquisition.stimuli"]),
    "page_size negative": ("ListTrials", message(v1.ListTrialsRequest, pageSize=-1), INVALID, ["page_size"]),
    "page_token bad": ("ListTrials", message(v1.ListTrialsRequest, pageToken="AAAA"), INVALID, ["page_token"]),
    "after_sequence negative": (
        "ListTrials",
        message(v1.ListTrialsRequest, afterSequence=-1),
        INVALID,
        ["after_sequence"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_and_leaves_the_log_as_it_was(case, live, running, refused):
    method, build, expected, fields = CASES[case]
    before = live.rows()
    refusal = refused(getattr(live.stub, method), build(running))
    assert (refusal.code, refusal.reason) == expected
    assert sorted(refusal.fields) == fields
    assert all(description.endswith((".", "?")) for description in refusal.descriptions)
    assert live.rows() == before


REQUESTS = {
    "Ask": v1.AskRequest(),
    "Tell": tell("", {"trialId": 1, "outcomes": {"response": 1}}),
    "Query": v1.QueryRequest(maximum={}),
    "FinishStrategy": v1.FinishStrategyRequest(),
    "FinishExperiment": v1.FinishExperimentRequest(),
    "GetExperiment": v1.GetExperimentRequest(),
    "ListTrials": v1.ListTrialsRequest(),
}


@pytest.mark.parametrize(
    ("method", "experiment_id", "code", "reason"),
    [
        (method, *case)
        for method, case in itertools.product(
            REQUESTS,
            [
                ("", "INVALID_ARGUMENT", "INVALID_REQUEST"),
                ("x" * 201, "INVALID_ARGUMENT", "INVALID_REQUEST"),
                ("nowhere", "NOT_FOUND", "EXPERIMENT_NOT_FOUND"),
                ("'; DROP TABLE events; --", "NOT_FOUND", "EXPERIMENT_NOT_FOUND"),
            ],
        )
    ],
)
def test_unknown_experiments(method, experiment_id, code, reason, live, refused):
    request = type(REQUESTS[method])()
    request.CopyFrom(REQUESTS[method])
    request.experiment_id = experiment_id
    before = live.rows()
    refusal = refused(getattr(live.stub, method), request)
    assert (refusal.code, refusal.reason) == (code, reason)
    if reason == "INVALID_REQUEST":
        assert refusal.fields == ("experiment_id",)
    assert live.rows() == before


def test_a_tell_sent_twice_is_recorded_once(live, running):
    request = tell(running, {"observationId": "first", "trialId": 1, "outcomes": {"response": 1}})
    before = live.rows()
    answer = live.stub.Tell(request)
    assert [receipt.duplicate for receipt in answer.receipts] == [True]
    assert live.rows() == before


@pytest.mark.parametrize("method", ["Ask", "FinishStrategy"])
def test_a_finished_experiment_asks_no_more(method, live, finished, refused):
    request = type(REQUESTS[method])(experiment_id=finished)
    before = live.rows()
    refusal = refused(getattr(live.stub, method), request)
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "EXPERIMENT_FINISHED")
    assert live.rows() == before


def test_a_request_id_stands_for_one_call(live, refused):
    request = ParseDict({"config": CONFIG, "requestId": "setup-1"}, v1.SetupRequest())
    experiment_id = live.stub.Setup(request).experiment_id
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id, request_id="ask-1"))
    before = live.rows()
    again = live.stub.Setup(request)
    assert (again.experiment_id, again.duplicate) == (experiment_id, True)
    request.participant_id = "p2"
    reused = [
        refused(live.stub.Setup, request),
        refused(live.stub.Ask, v1.AskRequest(experiment_id=experiment_id, request_id="ask-1", count=2)),
    ]
    assert {(refusal.code, refusal.reason) for refusal in reused} == {("ALREADY_EXISTS", "REQUEST_ID_REUSED")}
    assert live.rows() == before


def test_a_hundred_thousand_observations(live, running, refused):
    request = tell(running, {"stimuli": [{"values": STIMULUS}], "outcomes": {"response": 1}})
    request.observations.extend(request.observations[0] for _ in range(99_999))
    before = live.rows()
    refusal = refused(live.stub.Tell, request)
    assert (refusal.code, refusal.reason) == ("RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED")
    assert refusal.fields == ("observations",)
    assert refusal.metadata == {"given": "100000", "allowed": "10000"}
    assert live.rows() == before


def test_a_message_beyond_the_size_limit_is_refused_by_the_door(live, running):
    request = tell(running, {"trialId": 2, "outcomes": {"response": 1}, "metadata": {"video": "x" * (33 * 2**20)}})
    before = live.rows()
    with pytest.raises(grpc.RpcError) as caught:
        live.stub.Tell(request)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(32 * 2**20) in caught.value.details()
    assert live.rows() == before


@pytest.mark.parametrize("method", ["Setup", "Ask", "Tell", "Query", "Replay", "ExportTrials"])
def test_bytes_that_are_no_message(method, live, refused):
    before = live.rows()
    refusal = refused(live.door.raw(method), b"\xff\xff\xff")
    assert (refusal.code, refusal.reason) == INVALID
    assert live.rows() == before


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("Setup", v1.SetupRequest(ini_text="[common]")),
    ],
)
def test_what_is_not_offered_says_so(method, request_, live, refused):
    before = live.rows()
    refusal = refused(getattr(live.stub, method), request_)
    assert (refusal.code, refusal.reason) == ("UNIMPLEMENTED", "NOT_SUPPORTED")
    assert live.rows() == before
