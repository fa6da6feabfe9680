import math

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.limits import limited


def paths(checks):
    return [violation.path for violation in checks.violations]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused_however_deep_they_hide(value):
    struct = ParseDict({"a": 1, "b": {"c": [0, 2]}}, Struct())
    struct.fields["b"].struct_value.fields["c"].list_value.values[1].number_value = value
    checks = Checks()
    checks.json("metadata", struct.fields)
    assert paths(checks) == ["metadata.b.c[1]"]


def test_json_values_keep_their_kind():
    content = {"n": 1.5, "t": "x", "b": True, "l": [1, None], "o": {"k": "v"}, "null": None}
    checks = Checks()
    assert checks.json("metadata", ParseDict(content, Struct()).fields) == content
    assert not checks.violations


@pytest.mark.parametrize(("value", "given"), [([1], "A list"), ({"a": 1}, "A group"), (None, "Nothing")])
def test_a_parameter_value_is_a_number_a_text_or_a_bool(value, given):
    checks = Checks()
    struct = ParseDict({"contrast": value, "side": "left", "on": True}, Struct())
    assert checks.stimulus("fixed_parameters", struct.fields) == {"side": "left", "on": True}
    assert paths(checks) == ["fixed_parameters.contrast"]
    assert checks.violations[0].message.startswith(given)


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
