"""Calls that are sent again, whole or changed: nothing twice, nothing by halves, and no id for two things."""

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration

from aepsych_grpc.v1 import config_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


@pytest.fixture
def experiment_id(live):
    contrast = config_pb2.Parameter(
        name="contrast", continuous=config_pb2.ContinuousParameter(lower_bound=0, upper_bound=1)
    )
    config = config_pb2.ExperimentConfig(parameters=[contrast], seed=3)
    return live.stub.Setup(v1.SetupRequest(config=config)).experiment_id


def yes(trial_id, value=1):
    observation = trial_pb2.Observation(trial_id=trial_id)
    observation.outcomes["response"].number_value = value
    return observation


MUTATIONS = ("Ask", "FinishStrategy", "FinishExperiment")


@pytest.mark.parametrize("first", MUTATIONS)
@pytest.mark.parametrize("second", MUTATIONS)
def test_an_id_serves_one_kind_of_call(live, refused, experiment_id, first, second):
    def request(name):
        return getattr(v1, f"{name}Request")(experiment_id=experiment_id, request_id="r")

    getattr(live.stub, first)(request(first))
    if first == second:
        assert getattr(live.stub, second)(request(second)).duplicate
    else:
        assert refused(getattr(live.stub, second), request(second)).reason == "REQUEST_ID_REUSED"


def test_a_tell_whose_ask_is_refused_records_nothing(live, refused, experiment_id):
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id, request_id="r"))
    before = live.rows()
    request = v1.TellRequest(
        experiment_id=experiment_id, observations=[yes(1)], ask_next=v1.AskNext(request_id="r", count=2)
    )
    assert refused(live.stub.Tell, request).reason == "REQUEST_ID_REUSED"
    assert live.rows() == before


def test_a_tell_sent_again_with_less_time_gets_the_same_next_trial(live, experiment_id):
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
    answers = [
        live.stub.Tell(
            v1.TellRequest(
                experiment_id=experiment_id,
                observations=[yes(1)],
                ask_next=v1.AskNext(compute_budget=Duration(seconds=seconds)),
            )
        )
        for seconds in (2, 1)
    ]
    assert answers[0].next_trials == answers[1].next_trials
    assert [answer.receipts[0].duplicate for answer in answers] == [False, True]


def test_another_answer_to_a_trial_is_told_what_the_first_was(live, refused, experiment_id):
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
    live.stub.Tell(v1.TellRequest(experiment_id=experiment_id, observations=[yes(1)]))
    again = v1.TellRequest(experiment_id=experiment_id, observations=[yes(1, 0)])
    assert refused(live.stub.Tell, again).reason == "TRIAL_ALREADY_TOLD"
    with pytest.raises(grpc.RpcError, match="response = 1"):
        live.stub.Tell(again)


def test_true_and_one_are_the_same_answer(live, experiment_id):
    live.stub.Ask(v1.AskRequest(experiment_id=experiment_id))
    live.stub.Tell(v1.TellRequest(experiment_id=experiment_id, observations=[yes(1)]))
    same = trial_pb2.Observation(trial_id=1)
    same.outcomes["response"].bool_value = True
    answer = live.stub.Tell(v1.TellRequest(experiment_id=experiment_id, observations=[same]))
    assert answer.receipts[0].duplicate
