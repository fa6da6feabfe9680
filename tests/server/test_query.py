"""Queries through the servicer: what is asked, what is refused, and answers that agree with each other."""

import pytest
from google.protobuf.json_format import ParseDict
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo

from aepsych_grpc.client.transport import StatusError
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.query import SUPPORTED
from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONFIG = {
    "parameters": [
        {"name": "contrast", "continuous": {"lowerBound": 0.01, "upperBound": 1, "logScale": True}},
        {"name": "side", "categorical": {"choices": ["left", "right"]}},
        {"name": "room", "fixed": {"value": "dark"}},
    ],
    "intensityParameter": "contrast",
    "seed": 3,
}


@pytest.fixture(scope="module")
def transport():
    transport = InProcessTransport()
    yield transport
    transport.close()


@pytest.fixture(scope="module")
def experiment_id(transport):
    """Forty responses to contrasts whose threshold is 0.1 on either side."""
    setup = ParseDict({"config": CONFIG}, v1.SetupRequest())
    experiment_id = transport.unary("Setup", setup, None).experiment_id
    observations = []
    for i in range(40):
        contrast = 10 ** (-2 + 2 * ((i * 7) % 40) / 39)
        side = ("left", "right")[i % 2]
        seen = contrast > (0.1 if i % 5 else 0.2)
        observation = {"stimuli": [{"values": {"contrast": contrast, "side": side}}], "outcomes": {"response": seen}}
        observations.append(observation)
    tell = {"experimentId": experiment_id, "observations": observations}
    transport.unary("Tell", ParseDict(tell, v1.TellRequest()), None)
    return experiment_id


@pytest.fixture
def query(transport, experiment_id):
    def call(**fields):
        request = ParseDict({"experimentId": experiment_id, **fields}, v1.QueryRequest())
        return transport.unary("Query", request, None)

    return call


def refusal(caught):
    info, request = ErrorInfo(), BadRequest()
    for packed in caught.value.status.details:
        packed.Unpack(info)
        packed.Unpack(request)
    return info.reason, sorted(violation.field for violation in request.field_violations)


def at(contrast, side="left"):
    return {"values": {"contrast": contrast, "side": side}}


def test_predictions_rise_with_contrast_within_their_intervals(query):
    answer = query(prediction={"stimuli": [at(0.012), at(0.1), at(0.9)]})
    means = [estimate.mean for estimate in answer.prediction.responses]
    assert means == sorted(means)
    assert means[0] < 0.3 < 0.7 < means[2]
    for estimate in answer.prediction.responses:
        assert 0 <= estimate.lower <= estimate.upper <= 1
        assert estimate.variance > 0
    assert (answer.observation_count, answer.sequence) == (40, 41)
    assert answer.model


def test_maximum_minimum_and_inverse(query):
    highest, lowest = query(maximum={}).point, query(minimum={}).point
    assert lowest.response.mean < 0.2 < 0.8 < highest.response.mean
    assert highest.stimulus.values["room"].string_value == "dark"
    middle = query(inverse={"value": 0.5}).point
    assert middle.response.mean == pytest.approx(0.5, abs=0.01)
    held = query(maximum={}, fixedParameters={"side": "right"}).point
    assert held.stimulus.values["side"].string_value == "right"


def test_a_threshold_for_each_context(query):
    contour = query(thresholdContour={}).threshold_contour
    assert (contour.parameter, contour.target) == ("contrast", 0.5)
    assert {point.context.values["side"].string_value for point in contour.points} == {"left", "right"}
    for point in contour.points:
        assert 0.05 < point.median < 0.3
        assert point.threshold.lower <= point.median <= point.threshold.upper
        assert point.crossing_probability > 0.8
    (one,) = query(thresholdContour={"contexts": [{"values": {"side": "left"}}]}).threshold_contour.points
    assert one.context.values["side"].string_value == "left"
    (held,) = query(thresholdContour={}, fixedParameters={"side": "left"}).threshold_contour.points
    assert held.threshold == one.threshold


def test_a_higher_target_has_a_higher_threshold(query):
    medians = [
        query(thresholdContour={"target": target}, fixedParameters={"side": "left"}).threshold_contour.points[0].median
        for target in (0.25, 0.5, 0.75)
    ]
    assert medians == sorted(medians)


def test_the_latent_scale(query):
    (estimate,) = query(prediction={"stimuli": [at(0.9)]}, responseScale="RESPONSE_SCALE_LATENT").prediction.responses
    assert estimate.mean > 0.5
    contour = query(thresholdContour={}, responseScale="RESPONSE_SCALE_LATENT").threshold_contour
    assert contour.target == pytest.approx(0, abs=1e-9)


def test_level_set_probabilities_and_samples(query):
    values = query(levelSetProbability={"stimuli": [at(0.012), at(0.9)]}).values.values
    assert values[0] < 0.1 < 0.9 < values[1]
    samples = query(samples={"stimuli": [at(0.012), at(0.9)], "count": 50}).samples
    assert [len(draw.values) for draw in samples.draws] == [2] * 50
    assert samples == query(samples={"stimuli": [at(0.012), at(0.9)], "count": 50}).samples


def test_a_wider_interval_for_a_higher_level(query):
    def width(level):
        (estimate,) = query(prediction={"stimuli": [at(0.1)]}, credibleLevel=level).prediction.responses
        return estimate.upper - estimate.lower

    assert width(0.5) < width(0.9) < width(0.99)


def test_an_earlier_state(query):
    answer = query(prediction={"stimuli": [at(0.1)]}, atSequence=21)
    assert (answer.sequence, answer.observation_count) == (21, 20)


def test_trials_with_the_model_s_predictions(transport, experiment_id, query):
    request = v1.ListTrialsRequest(experiment_id=experiment_id, include_posterior=True, page_size=3)
    trials = transport.unary("ListTrials", request, None).trials
    stimuli = [{"values": dict(trial.stimuli[0].values)} for trial in trials]
    told = [at(one["values"]["contrast"].number_value, one["values"]["side"].string_value) for one in stimuli]
    assert [trial.posterior for trial in trials] == list(query(prediction={"stimuli": told}).prediction.responses)


@pytest.mark.parametrize(
    ("fields", "reason", "paths"),
    [
        (
            {"prediction": {"stimuli": [at(0.1), {"values": {"contrast": "NaN", "sde": "left"}}]}},
            "INVALID_REQUEST",
            [f"prediction.stimuli[1].values.{name}" for name in ("contrast", "sde", "side")],
        ),
        ({"prediction": {"stimuli": [at(2)]}}, "OUT_OF_BOUNDS", ["prediction.stimuli[0].values.contrast"]),
        (
            {"prediction": {"stimuli": [at(0.1)]}, "fixedParameters": {"contrast": 0.2}},
            "INVALID_REQUEST",
            ["prediction.stimuli[0].values.contrast"],
        ),
        ({"prediction": {"stimuli": [at(0.1)] * 10_001}}, "LIMIT_EXCEEDED", ["prediction.stimuli"]),
        ({"maximum": {}, "fixedParameters": {"contrast": 2}}, "OUT_OF_BOUNDS", ["fixed_parameters.contrast"]),
        ({"maximum": {}, "fixedParameters": {"contrst": 1}}, "INVALID_REQUEST", ["fixed_parameters.contrst"]),
        ({"thresholdContour": {"parameter": "side"}}, "INVALID_REQUEST", ["threshold_contour.parameter"]),
        ({"thresholdContour": {"parameter": "contrst"}}, "INVALID_REQUEST", ["threshold_contour.parameter"]),
        (
            {"thresholdContour": {}, "fixedParameters": {"contrast": 0.1}},
            "INVALID_REQUEST",
            ["threshold_contour.parameter"],
        ),
        ({"thresholdContour": {"target": 1.5}}, "INVALID_REQUEST", ["threshold_contour.target"]),
        ({"thresholdContour": {"gridSize": 0}}, "INVALID_REQUEST", ["threshold_contour.grid_size"]),
        (
            {"thresholdContour": {"contexts": [{"values": {"side": "up"}}, {"values": {}}]}},
            "INVALID_REQUEST",
            [f"threshold_contour.contexts[{i}].values.side" for i in range(2)],
        ),
        ({"inverse": {"value": 2}}, "INVALID_REQUEST", ["inverse.value"]),
        ({"samples": {"stimuli": [at(0.1)]}}, "INVALID_REQUEST", ["samples.count"]),
        ({"samples": {"stimuli": [at(0.1)], "count": 1, "seed": -1}}, "INVALID_REQUEST", ["samples.seed"]),
        ({"samples": {"stimuli": [at(0.1)] * 1001, "count": 1}}, "LIMIT_EXCEEDED", ["samples.stimuli"]),
        ({"samples": {"stimuli": [at(0.1)] * 101, "count": 10_000}}, "LIMIT_EXCEEDED", ["samples.count"]),
        ({"justNoticeableDifference": {}}, "INVALID_REQUEST", ["just_noticeable_difference.stimuli"]),
        (
            {"justNoticeableDifference": {"stimuli": [at(0.1)], "parameter": "side"}},
            "INVALID_REQUEST",
            ["just_noticeable_difference.parameter"],
        ),
        ({"acquisition": {}}, "INVALID_REQUEST", ["acquisition.stimuli"]),
        ({"acquisition": {"stimuli": [at(2)]}}, "OUT_OF_BOUNDS", ["acquisition.stimuli[0].values.contrast"]),
    ],
)
def test_refusals(fields, reason, paths, query):
    with pytest.raises(StatusError) as caught:
        query(**fields)
    assert refusal(caught) == (reason, paths)


def test_every_kind_of_query_in_the_contract_is_answered():
    assert set(SUPPORTED) == {field.name for field in v1.QueryRequest.DESCRIPTOR.oneofs_by_name["query"].fields}


def test_just_noticeable_differences_are_smallest_relative_to_where_the_field_is_steepest(query):
    question = {"stimuli": [at(0.05), at(0.1)], "parameter": "contrast"}
    for estimate, contrast in zip(
        query(justNoticeableDifference=question).prediction.responses, (0.05, 0.1), strict=True
    ):
        assert 0 < estimate.lower <= estimate.mean <= estimate.upper <= 1 - contrast
    held = query(justNoticeableDifference={"stimuli": [{}]}, fixedParameters={"contrast": 0.1, "side": "left"})
    assert held.prediction.responses[0] == query(justNoticeableDifference=question).prediction.responses[1]


def test_a_trial_near_the_threshold_is_the_most_informative(query):
    low, near, high = query(acquisition={"stimuli": [at(0.01), at(0.12), at(1)]}).values.values
    assert near > low
    assert near > high


def test_a_strategy_without_an_acquisition_function_has_no_values_of_one(transport):
    strategy = {"generator": {"name": "sobol"}, "model": {"name": "gp_classification"}, "stopping": {"minAsks": 5}}
    config = {**CONFIG, "strategies": [strategy]}
    experiment_id = transport.unary("Setup", ParseDict({"config": config}, v1.SetupRequest()), None).experiment_id
    told = {"stimuli": [at(0.1)], "outcomes": {"response": True}}
    tell = ParseDict({"experimentId": experiment_id, "observations": [told]}, v1.TellRequest())
    transport.unary("Tell", tell, None)
    request = {"experimentId": experiment_id, "acquisition": {"stimuli": [at(0.1)]}}
    with pytest.raises(StatusError) as caught:
        transport.unary("Query", ParseDict(request, v1.QueryRequest()), None)
    assert refusal(caught) == ("NOT_SUPPORTED", [])
    assert '"sobol"' in caught.value.status.message


def test_a_grid_too_fine_is_refused(transport):
    parameters = [{"name": name, "continuous": {"lowerBound": 0, "upperBound": 1}} for name in "abcd"]
    setup = ParseDict({"config": {"parameters": parameters, "intensityParameter": "a"}}, v1.SetupRequest())
    experiment_id = transport.unary("Setup", setup, None).experiment_id
    request = v1.QueryRequest(experiment_id=experiment_id)
    request.threshold_contour.grid_size = 22
    with pytest.raises(StatusError) as caught:
        transport.unary("Query", request, None)
    assert refusal(caught) == ("LIMIT_EXCEEDED", ["threshold_contour.grid_size"])
    assert str(22**3) in caught.value.status.message


def test_a_long_answer_is_given_up_when_nobody_waits_for_it(transport, experiment_id):
    request = v1.QueryRequest(experiment_id=experiment_id)
    for i in range(2000):
        request.threshold_contour.contexts.add().values["side"].string_value = ("left", "right")[i % 2]
    with pytest.raises(StatusError) as caught:
        transport.unary("Query", request, 0.2)
    assert refusal(caught) == ("DEADLINE_EXCEEDED", [])
