import time

import pytest
from fake_servicer import FakeTransport, failure
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.client import (
    Client,
    ConcurrentWriteError,
    ConnectionFailedError,
    DeadlineExceededError,
    InvalidRequestError,
    Retries,
    Timeout,
    UnavailableError,
)

LOST = None
DOWN = failure("UNAVAILABLE", "shutting down", "SHUTTING_DOWN")
REFUSED = failure("UNAVAILABLE", "connection refused")


def requests(servicer, method):
    return [request for name, request in servicer.calls if name == method]


@pytest.mark.parametrize("status", [DOWN, REFUSED, failure("ABORTED", "race", "CONCURRENT_WRITE")])
def test_a_call_that_failed_in_passing_is_sent_again(servicer, experiment, status):
    servicer.failures.extend([status, status])
    assert experiment.ask().trial_id == 1
    assert len(requests(servicer, "Ask")) == 3


def test_an_ask_whose_answer_was_lost_gives_the_same_trial(servicer, experiment):
    servicer.failures.append(LOST)
    assert experiment.ask().trial_id == 1
    first, again = requests(servicer, "Ask")
    assert first == again
    assert len(first.request_id) == 32
    assert len(servicer.trials) == 1


def test_a_tell_whose_answer_was_lost_is_recorded_once(servicer, experiment):
    servicer.failures.append(LOST)
    receipt = experiment.tell({"contrast": 0.3, "size": 2, "eye": "left"}, 1)
    first, again = requests(servicer, "Tell")
    assert first == again
    assert receipt.observation_id == first.observations[0].observation_id
    assert len(receipt.observation_id) == 32


def test_every_changing_call_has_an_id_of_its_own(servicer, client):
    for _ in range(2):
        experiment = client.setup({})
        experiment.ask()
        experiment.finish_strategy()
        experiment.finish()
    ids = [request.request_id for _, request in servicer.calls]
    assert len(set(ids)) == len(ids) == 8


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (failure("DEADLINE_EXCEEDED", "late"), DeadlineExceededError),
        (failure("INVALID_ARGUMENT", "bad", "INVALID_REQUEST"), InvalidRequestError),
    ],
)
def test_other_failures_are_not_sent_again(servicer, experiment, status, error):
    servicer.failures.append(status)
    with pytest.raises(error):
        experiment.ask()
    assert len(requests(servicer, "Ask")) == 1


def test_it_gives_up_after_the_last_attempt(servicer, experiment):
    servicer.failures.extend([DOWN] * 9)
    with pytest.raises(UnavailableError):
        experiment.ask()
    assert len(requests(servicer, "Ask")) == 4
    servicer.failures.clear()
    servicer.failures.extend([failure("ABORTED", "race", "CONCURRENT_WRITE")] * 4)
    with pytest.raises(ConcurrentWriteError):
        experiment.ask()


def test_an_address_that_never_answered_is_given_up_soon(servicer):
    retries = Retries(attempts=1000, first_pause=0.02, longest_pause=0.02, first_contact=0.1)
    client = Client(transport=FakeTransport(servicer), retries=retries)
    servicer.failures.extend([REFUSED] * 3)
    assert client.server_info().version == "9.9"
    servicer.calls.clear()
    servicer.failures.extend([REFUSED] * 1000)
    client = Client(transport=FakeTransport(servicer), retries=retries)
    start = time.monotonic()
    with pytest.raises(ConnectionFailedError):
        client.server_info()
    assert time.monotonic() - start < 0.5
    assert 3 <= len(servicer.calls) <= 10


def test_the_timeout_bounds_all_attempts_together(servicer):
    transport = FakeTransport(servicer)
    retries = Retries(attempts=1000, first_pause=0.02, longest_pause=0.02)
    client = Client(transport=transport, timeout=Timeout(record=0.1, compute=7), retries=retries)
    experiment = client.setup({})
    servicer.failures.extend([DOWN] * 1000)
    start = time.monotonic()
    with pytest.raises(UnavailableError):
        experiment.state()
    assert time.monotonic() - start < 0.5
    left = transport.timeouts[1:]
    assert left == sorted(left, reverse=True)
    assert left[-1] > 0
    servicer.failures.clear()
    experiment.ask()
    assert transport.timeouts[-1] == pytest.approx(7, abs=0.5)


def test_a_setup_that_learns_from_others_has_the_time_of_a_computation(servicer):
    transport = FakeTransport(servicer)
    client = Client(transport=transport, timeout=Timeout(record=3, compute=7))
    client.setup({"name": "study"})
    client.setup({"name": "study", "population_prior": {}})
    client.setup({"name": "study"}, prior_from=["e0"])
    assert transport.timeouts == [pytest.approx(expected, abs=0.5) for expected in (3, 7, 7)]


def test_one_number_is_a_timeout_for_every_call(servicer):
    transport = FakeTransport(servicer)
    client = Client(transport=transport, timeout=3)
    client.setup({}).ask()
    Client(transport=transport, timeout=None).server_info()
    assert transport.timeouts == [pytest.approx(3, abs=0.5), pytest.approx(3, abs=0.5), None]


@given(k=st.integers(0, 60), draw=st.floats(0, 1, exclude_max=True))
def test_pauses_grow_to_the_longest_and_spread_over_its_upper_half(k, draw):
    retries = Retries(first_pause=0.1, longest_pause=2)
    whole = min(0.1 * 2**k, 2)
    assert whole / 2 <= retries.pause(k, draw) <= whole
