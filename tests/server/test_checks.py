import math

import pytest
from google.protobuf.duration_pb2 import Duration

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.limits import limited


def paths(checks):
    return [violation.path for violation in checks.violations]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused_however_deep_they_hide(value):
    checks = Checks()
    checks.json("metadata", {"a": 1.0, "b": {"c": [0.0, value]}})
    assert paths(checks) == ["metadata.b.c[1]"]


def test_every_other_json_value_passes():
    content = {"n": 1.5, "t": "x", "b": True, "l": [1.0, None], "o": {"k": "v"}, "null": None}
    checks = Checks()
    assert checks.json("metadata", content) == content
    assert not checks.violations


@pytest.mark.parametrize(
    ("duration", "positive", "accepted"),
    [
        (Duration(seconds=1, nanos=500_000_000), True, True),
        (Duration(), False, True),
        (Duration(), True, False),
        (Duration(seconds=-1), False, False),
        (Duration(nanos=-1), False, False),
        (Duration(seconds=1, nanos=-1), False, False),
        (Duration(nanos=1_000_000_000), False, False),
        (Duration(seconds=400_000_000_000), False, False),
    ],
)
def test_durations(duration, positive, accepted):
    checks = Checks()
    checks.seconds("response_time", duration, positive=positive)
    assert (not checks.violations) == accepted


def test_all_mistakes_are_reported_at_once():
    checks = Checks()
    checks.text("experiment_id", "", required=True)
    checks.text("request_id", "x" * 201)
    checks.at_least("count", 0, 1)
    checks.labels("labels", {"": "a", "b": "c" * 201})
    with pytest.raises(ServiceError, match=r"4 more mistakes") as caught:
        checks.done()
    assert caught.value.reason is Reason.INVALID_REQUEST
    expected = ["experiment_id", "request_id", "count", "labels", "labels.b"]
    assert [violation.path for violation in caught.value.violations] == expected


def test_labels_are_limited_in_number():
    checks = Checks()
    checks.labels("labels", {str(i): "" for i in range(64)})
    assert not checks.violations
    checks.labels("labels", {str(i): "" for i in range(65)})
    assert paths(checks) == ["labels"]


def test_a_limit_names_what_is_given_and_what_is_allowed():
    limited("observations", 10, 10, "observations")
    with pytest.raises(ServiceError) as caught:
        limited("observations", 11, 10, "observations")
    assert caught.value.reason is Reason.LIMIT_EXCEEDED
    assert caught.value.metadata == {"given": "11", "allowed": "10"}
    assert caught.value.violations[0].path == "observations"
