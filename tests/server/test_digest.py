from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.server.digest import content_digest, next_request_id
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.experiment_service_pb2 import AskRequest
from aepsych_grpc.v1.trial_pb2 import Observation


def ask(request_id, **fixed):
    message = AskRequest(experiment_id="e", request_id=request_id)
    for name, value in fixed.items():
        message.fixed_parameters[name].number_value = value
    return message


def test_the_id_does_not_count_and_the_content_does():
    assert content_digest(ask("one", a=1), "request_id") == content_digest(ask("two", a=1), "request_id")
    assert content_digest(ask("one", a=1), "request_id") != content_digest(ask("one", a=2), "request_id")


def test_the_order_of_a_map_does_not_count():
    names = [f"p{i}" for i in range(20)]
    forth = ask("", **dict.fromkeys(names, 1))
    back = ask("", **dict.fromkeys(reversed(names), 1))
    assert content_digest(forth, "request_id") == content_digest(back, "request_id")


def test_the_message_is_left_as_it_was():
    message = Observation(observation_id="o")
    content_digest(message, "observation_id")
    assert message.observation_id == "o"


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_the_next_request_has_one_id_for_each_list_of_observations(one, other):
    assert (next_request_id(one) == next_request_id(other)) == (one == other)


def test_calls_of_different_kinds_with_the_same_fields_differ():
    requests = [
        message(experiment_id="e", request_id="r")
        for message in (v1.AskRequest, v1.FinishStrategyRequest, v1.FinishExperimentRequest, v1.ReviseTrialRequest)
    ]
    assert len({content_digest(request, "request_id") for request in requests}) == len(requests)
