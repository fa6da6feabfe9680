"""Experiments that begin with the responses of earlier ones, over a socket."""

import pytest
from google.protobuf.json_format import ParseDict

from aepsych_grpc.client import Client, ExperimentNotFoundError, InvalidRequestError
from aepsych_grpc.v1 import experiment_service_pb2 as v1

STUDY = {
    "name": "two sessions",
    "parameters": [
        {"name": "contrast", "unit": "%", "continuous": {"lower_bound": 0, "upper_bound": 100}},
        {"name": "eye", "categorical": {"choices": ["left", "right"]}},
    ],
    "outcomes": [{"name": "seen", "binary": {}}],
    "strategies": [
        {"name": "first", "generator": {"name": "sobol"}, "stopping": {"min_asks": 4}, "skip_with_warm_start": True},
        {"name": "then", "model": {"name": "gp_classification"}, "stopping": {"min_asks": 3}},
    ],
}


@pytest.fixture
def client(live):
    with Client(live.server.address) as client:
        yield client


@pytest.fixture
def session(client):
    experiment = client.setup(STUDY, participant_id="p01")
    for trial in experiment:
        experiment.tell(trial, trial["contrast"] > 40)
    experiment.retract(7)
    return experiment


def test_a_second_session_goes_on_from_the_first(client, session):
    second = client.setup(STUDY, participant_id="p01", warm_start=[session.experiment_id])
    assert second.warm_started_from == (session.experiment_id,)
    assert client.experiment(second.experiment_id).warm_started_from == second.warm_started_from
    state = second.state()
    assert (state.carried_over_count, state.told_count, state.current_strategy) == (6, 0, "then")
    assert state.warm_started_from == (session.experiment_id,)
    assert "0 responses and 6 carried over" in second._repr_html_()
    assert [trial.strategy for trial in second] == ["then"] * 3
    listed = {one.experiment_id: one for one in client.experiments(participant_id="p01")}
    assert (listed[second.experiment_id].asked_count, listed[second.experiment_id].told_count) == (3, 0)


def test_the_answer_says_how_much_was_carried_over(live, session):
    def setup(**fields):
        given = {"config": STUDY, "warmStartExperimentIds": [session.experiment_id], **fields}
        return live.stub.Setup(ParseDict(given, v1.SetupRequest()))

    rows = live.rows()
    checked = setup(validateOnly=True)
    assert live.rows() == rows
    first, again = setup(requestId="second session"), setup(requestId="second session")
    assert [one.carried_over_count for one in (checked, first, again)] == [6, 6, 6]
    assert again.duplicate
    assert again.experiment_id == first.experiment_id


@pytest.mark.parametrize(
    ("ids", "code", "reason", "fields"),
    [
        ([""], "INVALID_ARGUMENT", "INVALID_REQUEST", (0,)),
        (["a", "a"], "INVALID_ARGUMENT", "INVALID_REQUEST", (1,)),
        (["nowhere", "å" * 200], "NOT_FOUND", "EXPERIMENT_NOT_FOUND", (0, 1)),
        ([f"id{i}" for i in range(101)], "RESOURCE_EXHAUSTED", "LIMIT_EXCEEDED", None),
    ],
)
def test_a_list_of_ids_that_is_none_is_refused(live, refused, ids, code, reason, fields):
    before = live.rows()
    request = ParseDict({"config": STUDY, "warmStartExperimentIds": ids}, v1.SetupRequest())
    refusal = refused(live.stub.Setup, request)
    assert (refusal.code, refusal.reason) == (code, reason)
    path = "warm_start_experiment_ids"
    assert refusal.fields == ((path,) if fields is None else tuple(f"{path}[{i}]" for i in fields))
    assert live.rows() == before


def test_what_does_not_fit_is_told_in_the_client_s_terms(client, session):
    parameters = [
        STUDY["parameters"][0] | {"unit": "dB"},
        {"name": "eyes", "categorical": {"choices": ["left", "right"]}},
    ]
    with pytest.raises(InvalidRequestError) as caught:
        client.setup(STUDY | {"parameters": parameters}, warm_start=[session.experiment_id])
    messages = [violation.message for violation in caught.value.violations]
    assert all(f'"{session.experiment_id}"' in message for message in messages)
    assert len(messages) == 3
    assert any('is in "%" there, in "dB" here' in message for message in messages)
    assert any('Did you mean "eye"?' in message for message in messages)
    with pytest.raises(ExperimentNotFoundError, match="nowhere"):
        client.setup(STUDY, warm_start=["nowhere"])
