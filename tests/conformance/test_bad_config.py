"""Configs that can't be run, over a real socket: every mistake at once, and nothing created."""

import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.v1 import experiment_service_pb2 as v1

CONTRAST = {"name": "contrast", "continuous": {"lowerBound": 0, "upperBound": 1}}

TEN_MISTAKES = {
    "intensityParameter": "contrst",
    "seed": -1,
    "parameters": [
        CONTRAST,
        {"name": "contrast", "continuous": {"lowerBound": 0, "upperBound": 1}},
        {"name": "frequency", "continuous": {"lowerBound": 0, "upperBound": 16, "logScale": True}},
        {"name": "size", "continuous": {"lowerBound": 2, "upperBound": 1}},
        {"name": "level", "continuous": {"lowerBound": "NaN", "upperBound": 1}},
        {"name": "side", "categorical": {"choices": ["left"]}},
    ],
    "outcomes": [{"name": "seen", "binary": {"guessRate": 1.5}}],
    "strategies": [
        {"generator": {"name": "sobl"}, "stopping": {"maxAsks": 10}},
        {"generator": {"name": "sobol"}, "stopping": {}},
    ],
}
WHERE = {
    "config.intensity_parameter",
    "config.seed",
    "config.parameters[1].name",
    "config.parameters[2].continuous.lower_bound",
    "config.parameters[3].continuous.upper_bound",
    "config.parameters[4].continuous.lower_bound",
    "config.parameters[5].categorical.choices",
    "config.outcomes[0].binary.guess_rate",
    "config.strategies[0].generator.name",
    "config.strategies[1].stopping",
}


@pytest.mark.parametrize("validate_only", [False, True])
def test_ten_mistakes_are_ten_violations(validate_only, live, refused):
    before = live.rows()
    request = ParseDict({"config": TEN_MISTAKES}, v1.SetupRequest(validate_only=validate_only))
    refusal = refused(live.stub.Setup, request)
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_CONFIG")
    assert len(WHERE) == 10
    assert set(refusal.fields) == WHERE
    by_field = dict(zip(refusal.fields, refusal.descriptions, strict=True))
    assert '"contrast"' in by_field["config.intensity_parameter"]
    assert '"sobol"' in by_field["config.strategies[0].generator.name"]
    assert live.rows() == before


KNOWN_WRONGLY = {
    "increasing": ["side", "size"],
    "decreasing": ["contrast", "contrast"],
    "known": [
        {"where": {"contrast": 1.5}, "probability": 0.4},
        {"where": {"contrast": [0.5, 0.2], "frequency": 4}, "probability": 0.9, "trials": -1},
        {"where": {"contrast": 0.1}, "probability": 0.6},
        {"where": {"contrast": 0.1}, "probability": 0.7},
        {"probability": "half"},
    ],
}


def test_knowledge_that_cannot_be_is_refused_statement_by_statement(live, refused):
    before = live.rows()
    config = {
        "parameters": [CONTRAST, {"name": "side", "categorical": {"choices": ["left", "right"]}}],
        "outcomes": [{"binary": {"guessRate": 0.5, "lapseRate": 0.02}}],
    }

    def fields(**options):
        model = {"name": "gp_classification", "options": options}
        strategies = [{"model": model, "stopping": {"minAsks": 9}}]
        refusal = refused(
            live.stub.Setup, ParseDict({"config": config | {"strategies": strategies}}, v1.SetupRequest())
        )
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_CONFIG")
        assert live.rows() == before
        return [path.removeprefix("config.strategies[0].model.options.") for path in refusal.fields]

    # Values of the wrong type or size hide what only makes sense with right ones.
    assert fields(**KNOWN_WRONGLY) == ["known[1].trials", "known[4].where", "known[4].probability"]
    legible = [{**statement, "trials": 3} for statement in KNOWN_WRONGLY["known"][:4]]
    assert fields(**KNOWN_WRONGLY | {"known": legible}) == [
        "increasing[0]",
        "increasing[1]",
        "decreasing[1]",
        "known[0].where.contrast",
        "known[0].probability",
        "known[1].where.contrast",
        "known[1].where.frequency",
        "known[3].where",
    ]


@pytest.mark.parametrize(
    ("request_", "reason", "fields"),
    [
        ({}, "INVALID_REQUEST", ("config",)),
        ({"config": {}}, "INVALID_CONFIG", ("config.parameters",)),
        (
            {"config": {"parameters": [CONTRAST]}, "seed": -5, "participantId": "x" * 201, "requestId": "y" * 201},
            "INVALID_REQUEST",
            ("participant_id", "request_id", "seed"),
        ),
        ({"config": {"parameters": []}, "seed": -5}, "INVALID_CONFIG", ("config.parameters", "seed")),
        ({"config": {"parameters": [CONTRAST]}, "labels": {"": "x"}}, "INVALID_REQUEST", ("labels",)),
        (
            {"config": {"parameters": [CONTRAST]}, "labels": {str(i): "x" for i in range(65)}},
            "INVALID_REQUEST",
            ("labels",),
        ),
        (
            {
                "config": {"parameters": [CONTRAST], "labels": {f"a{i}": "x" for i in range(40)}},
                "labels": {f"b{i}": "x" for i in range(40)},
            },
            "INVALID_REQUEST",
            ("labels",),
        ),
        (
            {"config": {"parameters": [CONTRAST], "labels": {"lab": "x" * 201}}},
            "INVALID_REQUEST",
            ("config.labels.lab",),
        ),
    ],
)
def test_requests_that_set_nothing_up(request_, reason, fields, live, refused):
    before = live.rows()
    refusal = refused(live.stub.Setup, ParseDict(request_, v1.SetupRequest()))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", reason)
    assert tuple(sorted(refusal.fields)) == fields
    assert live.rows() == before


def test_checking_alone_creates_nothing_and_fills_in_the_defaults(live):
    before = live.rows()
    request = ParseDict({"config": {"parameters": [CONTRAST]}}, v1.SetupRequest(validate_only=True, seed=7))
    answer = live.stub.Setup(request)
    assert answer.experiment_id == ""
    assert answer.config.seed == 7
    assert [outcome.name for outcome in answer.config.outcomes] == ["response"]
    assert len(answer.config.strategies) == 2
    assert live.rows() == before
