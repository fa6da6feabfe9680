"""Corrections and retractions, over a socket."""

import pytest

from aepsych_grpc.v1 import config_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


@pytest.fixture
def experiment_id(live):
    """An experiment with three told trials and a pending one."""
    contrast = config_pb2.Parameter(
        name="contrast", continuous=config_pb2.ContinuousParameter(lower_bound=0, upper_bound=1)
    )
    config = config_pb2.ExperimentConfig(parameters=[contrast], seed=3)
    found = live.stub.Setup(v1.SetupRequest(config=config)).experiment_id
    for _ in range(3):
        (trial,) = live.stub.Ask(v1.AskRequest(experiment_id=found)).trials
        live.stub.Tell(v1.TellRequest(experiment_id=found, observations=[observation(trial.trial_id, 1)]))
    live.stub.Ask(v1.AskRequest(experiment_id=found))
    return found


def observation(trial_id, response):
    made = trial_pb2.Observation(trial_id=trial_id)
    made.outcomes["response"].number_value = response
    return made


def revision(experiment_id, trial_id, response=None, **fields):
    request = v1.ReviseTrialRequest(experiment_id=experiment_id, trial_id=trial_id, **fields)
    if response is not None:
        request.outcomes["response"].number_value = response
    return request


def trials(live, experiment_id, **fields):
    return live.stub.ListTrials(v1.ListTrialsRequest(experiment_id=experiment_id, **fields)).trials


def test_a_correction_and_a_retraction_are_told_with_what_they_replace(live, experiment_id):
    corrected = live.stub.ReviseTrial(revision(experiment_id, 1, 0, reason="wrong key"))
    retracted = live.stub.ReviseTrial(revision(experiment_id, 2))
    assert retracted.sequence == corrected.sequence + 1
    assert corrected.trial.state == trial_pb2.TRIAL_STATE_TOLD
    assert corrected.trial.observation.outcomes["response"].number_value == 0
    assert corrected.trial.revision.told_outcomes["response"].number_value == 1
    assert (corrected.trial.revision.count, corrected.trial.revision.reason) == (1, "wrong key")
    assert corrected.trial.revision.HasField("revise_time")
    assert retracted.trial.state == trial_pb2.TRIAL_STATE_RETRACTED
    assert not retracted.trial.observation.outcomes
    changed = trials(live, experiment_id, after_sequence=corrected.sequence - 1)
    assert list(changed) == [corrected.trial, retracted.trial]
    assert not trials(live, experiment_id)[2].HasField("revision")


def test_the_state_goes_by_the_revision_and_the_list_agrees(live, experiment_id):
    live.stub.ReviseTrial(revision(experiment_id, 2))
    found = live.stub.GetExperiment(v1.GetExperimentRequest(experiment_id=experiment_id)).experiment
    assert (found.told_count, found.pending_count) == (3, 1)
    listed = live.stub.ListExperiments(v1.ListExperimentsRequest(page_size=1)).experiments[0]
    assert (listed.experiment_id, listed.told_count) == (experiment_id, 3)


def test_a_revision_sent_again_gets_the_same_answer_and_changes_nothing(live, refused, experiment_id):
    first = live.stub.ReviseTrial(revision(experiment_id, 1, 0, request_id="r"))
    rows = live.rows()
    again = revision(experiment_id, 1, request_id="r")
    again.outcomes["response"].bool_value = False
    second = live.stub.ReviseTrial(again)
    assert second.duplicate
    second.duplicate = False
    assert second == first
    for other in (
        revision(experiment_id, 1, 1, request_id="r"),
        revision(experiment_id, 1, request_id="r"),
        revision(experiment_id, 2, 0, request_id="r"),
        revision(experiment_id, 1, 0, request_id="r", reason="why not"),
    ):
        refusal = refused(live.stub.ReviseTrial, other)
        assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED")
    assert refused(live.stub.Ask, v1.AskRequest(experiment_id=experiment_id, request_id="r")).reason == (
        "REQUEST_ID_REUSED"
    )
    assert live.rows() == rows


def test_a_tell_sent_again_after_the_revision_is_a_duplicate(live, experiment_id):
    live.stub.ReviseTrial(revision(experiment_id, 1, 0))
    rows = live.rows()
    answer = live.stub.Tell(v1.TellRequest(experiment_id=experiment_id, observations=[observation(1, 1)]))
    assert answer.receipts[0].duplicate
    assert live.rows() == rows


@pytest.mark.parametrize(
    ("fields", "code", "reason", "paths"),
    [
        ({"trial_id": 9, "response": 1}, "NOT_FOUND", "TRIAL_NOT_FOUND", ("trial_id",)),
        ({"trial_id": 4, "response": 1}, "FAILED_PRECONDITION", "TRIAL_NOT_TOLD", ("trial_id",)),
        ({"trial_id": 4}, "FAILED_PRECONDITION", "TRIAL_NOT_TOLD", ("trial_id",)),
        ({"trial_id": 0}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("trial_id",)),
        ({"trial_id": -1}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("trial_id",)),
        ({"trial_id": 1, "response": 2}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("outcomes.response",)),
        ({"trial_id": 1, "response": float("nan")}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("outcomes.response",)),
        ({"trial_id": 1, "reason": "é" * 201}, "INVALID_ARGUMENT", "INVALID_REQUEST", ("reason",)),
        (
            {"trial_id": 0, "reason": "x" * 201, "request_id": "x" * 201},
            "INVALID_ARGUMENT",
            "INVALID_REQUEST",
            ("request_id", "reason", "trial_id"),
        ),
    ],
)
def test_what_cannot_be_revised_changes_nothing(live, refused, experiment_id, fields, code, reason, paths):
    rows = live.rows()
    refusal = refused(live.stub.ReviseTrial, revision(experiment_id, **fields))
    assert (refusal.code, refusal.reason, refusal.fields) == (code, reason, paths)
    assert live.rows() == rows


def test_an_unknown_outcome_is_told_the_nearest_name(live, refused, experiment_id):
    request = revision(experiment_id, 1)
    request.outcomes["respons"].number_value = 1
    refusal = refused(live.stub.ReviseTrial, request)
    assert refusal.fields == ("outcomes.respons",)
    assert 'Did you mean "response"?' in refusal.descriptions[0]


def test_an_unknown_experiment_is_named(live, refused):
    assert refused(live.stub.ReviseTrial, revision("nowhere", 1)).reason == "EXPERIMENT_NOT_FOUND"
    assert refused(live.stub.ReviseTrial, revision("", 1)).fields == ("experiment_id",)
