import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.page import make_token, page_size, read_token
from aepsych_grpc.v1.experiment_service_pb2 import ListExperimentsRequest, ListTrialsRequest

REQUEST = ListTrialsRequest(experiment_id="a", page_size=3)


@given(st.tuples(st.integers(0, 2**31 - 1), st.text(max_size=30)))
def test_a_token_holds_its_place(place):
    checks = Checks()
    again = ListTrialsRequest(experiment_id="a", page_size=9, page_token="whatever")
    assert read_token(make_token(list(place), REQUEST), again, checks, tuple) == place
    assert not checks.violations


def test_no_token_is_the_first_page():
    assert read_token("", REQUEST, Checks(), tuple) is None


@pytest.mark.parametrize(
    "request_",
    [
        ListTrialsRequest(experiment_id="b"),
        ListTrialsRequest(experiment_id="a", after_sequence=1),
        ListTrialsRequest(experiment_id="a", include_posterior=True),
        ListExperimentsRequest(),
    ],
)
def test_a_token_belongs_to_its_filters(request_):
    checks = Checks()
    assert read_token(make_token([5], REQUEST), request_, checks, tuple) is None
    assert [violation.path for violation in checks.violations] == ["page_token"]


@given(st.text(max_size=60))
def test_anything_else_is_no_token(token):
    checks = Checks()
    assert read_token(token, REQUEST, checks, tuple) is None
    assert (not checks.violations) == (token == "")


def test_a_place_that_cannot_be_read_is_refused():
    checks = Checks()
    forged = make_token(["x", "y"], REQUEST)
    assert read_token(forged, REQUEST, checks, lambda place: int(place[0])) is None
    assert [violation.path for violation in checks.violations] == ["page_token"]


@pytest.mark.parametrize(("given_", "expected"), [(0, 50), (7, 7), (10_000, 10_000), (2**31 - 1, 10_000)])
def test_page_sizes(given_, expected):
    checks = Checks()
    assert page_size(given_, 50, checks) == expected
    assert not checks.violations


def test_a_negative_page_size_is_refused():
    checks = Checks()
    page_size(-1, 50, checks)
    assert [violation.path for violation in checks.violations] == ["page_size"]
