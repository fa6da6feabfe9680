"""Requests as JSON: what is taken, and that every mistake is found with its path."""

import json
import math
from contextlib import suppress

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToJson, ParseDict
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.grpc_door import SERVICE
from aepsych_grpc.server.http.json_request import MAX_DEPTH, read_json
from aepsych_grpc.v1 import experiment_service_pb2 as v1

TELL = {
    "experimentId": "e",
    "observations": [
        {
            "observationId": "o",
            "trialId": 3,
            "stimuli": [{"values": {"x": 0.25, "side": "left", "on": True}}],
            "outcomes": {"response": 1},
            "responseTime": "0.42s",
            "metadata": {"a": [1, "b", None, {"c": False}], "d": {}, "é": "ü"},
            "excludeFromModel": True,
        }
    ],
    "askNext": {"count": 2, "computeBudget": "3s"},
}


def violations(message_class, text):
    with pytest.raises(ServiceError) as caught:
        read_json(message_class, text if isinstance(text, bytes) else json.dumps(text).encode())
    assert caught.value.reason is Reason.INVALID_REQUEST
    return {violation.path: violation.message for violation in caught.value.violations} or caught.value.message


def test_a_request_is_read_as_protobuf_reads_it():
    assert read_json(v1.TellRequest, json.dumps(TELL).encode()) == ParseDict(TELL, v1.TellRequest())


def test_the_contract_s_names_are_taken_too():
    given = {"experiment_id": "e", "ask_next": {"compute_budget": "1s"}}
    read = read_json(v1.TellRequest, json.dumps(given).encode())
    assert (read.experiment_id, read.ask_next.compute_budget.seconds) == ("e", 1)


def test_what_is_written_can_be_read():
    message = ParseDict(
        {"config": {"parameters": [{"name": "x"}], "labels": {"lab": "1"}}, "seed": 1}, v1.SetupRequest()
    )
    assert read_json(v1.SetupRequest, MessageToJson(message).encode()) == message


def test_null_stands_for_nothing_given():
    assert read_json(v1.AskRequest, b'{"experimentId": null, "computeBudget": null}') == v1.AskRequest()


def test_null_as_a_value_is_one():
    read = read_json(v1.AskRequest, b'{"fixedParameters": {"x": null}}')
    assert read.fixed_parameters["x"].WhichOneof("kind") == "null_value"


@pytest.mark.parametrize("text", [b"NaN", b'"NaN"'])
def test_numbers_that_are_none_are_for_the_service_to_refuse(text):
    assert math.isnan(read_json(v1.QueryRequest, b'{"credibleLevel": %s}' % text).credible_level)


@pytest.mark.parametrize(("given", "count"), [("2", 2), ('"2"', 2), ("2.0", 2), ("2e1", 20), ("-0", 0)])
def test_whole_numbers_may_be_written_as_json_likes(given, count):
    assert read_json(v1.AskRequest, f'{{"count": {given}}}'.encode()).count == count


def test_every_mistake_is_found():
    given = {
        "experimentid": "e",
        "observations": [
            {"trialId": 1.5, "outcome": {"response": 1}},
            {"trialId": "one", "outcomes": [1], "responseTime": 3, "excludeFromModel": 1},
            7,
        ],
        "askNext": [],
    }
    found = violations(v1.TellRequest, given)
    assert list(found) == [
        "experimentid",
        "observations[0].trial_id",
        "observations[0].outcome",
        "observations[1].trial_id",
        "observations[1].outcomes",
        "observations[1].response_time",
        "observations[1].exclude_from_model",
        "observations[2]",
        "ask_next",
    ]
    assert found["experimentid"].endswith('Did you mean "experiment_id"?')
    assert found["observations[0].outcome"].endswith('Did you mean "outcomes"?')
    assert found["observations[0].trial_id"].startswith("1.5 is given; expected is a whole number")
    assert found["observations[1].response_time"] == '3 is given; expected is a duration in seconds, such as "1.5s".'
    assert found["observations[1].exclude_from_model"] == "1 is given; expected is true or false."
    assert all(message.endswith((".", "?")) for message in found.values())


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"count": True}, "count", "True is given"),
        ({"count": 2**31}, "count", "2147483648 is given; expected is a whole number"),
        ({"count": 10**400}, "count", "expected is a whole number"),
        ({"count": "1_0"}, "count", '"1_0" is given'),
        ({"count": {}}, "count", "A group of fields is given"),
        ({"experimentId": 3}, "experiment_id", "3 is given; expected is a text."),
        ({"computeBudget": "soon"}, "compute_budget", '"soon" is given; expected is a duration'),
        ({"computeBudget": "1e400s"}, "compute_budget", "expected is a duration"),
        ({"computeBudget": {"seconds": 1}}, "compute_budget", "expected is a duration"),
        ({"fixedParameters": 3}, "fixed_parameters", "expected are values by name"),
        ({"fixedParameters": {"x": 10**400}}, "fixed_parameters.x", "expected is a number"),
        ({"experiment_id": "x", "experimentId": "x"}, "experiment_id", "the same field"),
    ],
)
def test_what_a_field_does_not_take(given, path, expected):
    found = violations(v1.AskRequest, given)
    assert list(found) == [path]
    assert expected in found[path]


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"maximum": {}, "minimum": {}}, "minimum", "only one of the two can be"),
        ({"responseScale": "LATENT"}, "response_scale", "RESPONSE_SCALE_LATENT"),
        ({"responseScale": True}, "response_scale", "expected is one of"),
        ({"credibleLevel": "high"}, "credible_level", "expected is a number"),
        ({"credibleLevel": 10**400}, "credible_level", "expected is a number"),
        ({"prediction": {"stimuli": [None]}}, "prediction.stimuli[0]", "Nothing is given; expected is an object"),
        ({"prediction": {"stimuli": {}}}, "prediction.stimuli", "expected is a list"),
    ],
)
def test_what_a_query_does_not_take(given, path, expected):
    found = violations(v1.QueryRequest, given)
    assert list(found) == [path]
    assert expected in found[path]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", "send {}"),
        (b" \n", "send {}"),
        (b"{", "no JSON: Expecting property name enclosed in double quotes in line 1, column 2"),
        (b'{"a": 1,}', "no JSON"),
        (b"[]", "A list is given; expected is an object with the fields of AskRequest"),
        (b'"x"', "expected is an object"),
        (b"null", "Nothing is given; expected is an object"),
        (b"\xff", "not in UTF-8"),
        (b'{"count": 1, "count": 2}', '"count" is given twice'),
        (b'{"\\ud800": 1, "\\ud800": 2}', "is given twice"),
        (b'{"experimentId": "\\ud800"}', "half a character"),
        (b'{"\\udfff": 1}', "half a character"),
        (b'{"count": ' + b"9" * 5000 + b"}", "no JSON"),
        (b"[" * 100_000, "within each other"),
    ],
)
def test_what_is_no_request(text, expected):
    assert expected in violations(v1.AskRequest, text)


def test_whole_characters_may_be_written_in_halves():
    assert read_json(v1.AskRequest, b'{"experimentId": "\\ud83d\\ude00"}').experiment_id == "\N{GRINNING FACE}"


@pytest.mark.parametrize("nested", [lambda inner: {"a": inner}, lambda inner: [inner]])
def test_nesting_has_an_end(nested):
    tree = 1
    for _ in range(MAX_DEPTH + 5):
        tree = nested(tree)
    (message,) = violations(v1.TellRequest, {"observations": [{"metadata": {"a": tree}}]}).values()
    assert message == f"There are more than {MAX_DEPTH} objects or lists within each other."


def test_requests_have_no_field_of_another_type():
    """The reader knows these; a contract with more needs a reader with more."""
    names = ("INT32", "DOUBLE", "BOOL", "ENUM", "STRING", "MESSAGE")
    known = {getattr(FieldDescriptor, f"CPPTYPE_{name}") for name in names}
    seen, left = set(), [method.input_type for method in SERVICE.methods]
    while left:
        message = left.pop()
        if message.full_name in seen or message.full_name.startswith("google.protobuf."):
            continue
        seen.add(message.full_name)
        for field in message.fields:
            assert field.cpp_type in known, field.full_name
            assert field.type != FieldDescriptor.TYPE_BYTES, field.full_name
            left += [field.message_type] if field.message_type else []
    assert len(seen) > 30


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(TELL)) | st.text(), inner),
    max_leaves=10,
)


@given(JSON)
def test_whatever_comes_is_read_or_refused(tree):
    with suppress(ServiceError):
        read_json(v1.TellRequest, json.dumps(tree).encode()).SerializeToString()
