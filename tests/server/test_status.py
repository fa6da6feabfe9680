import logging
import re

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo

from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.error import DOMAIN, Reason, ServiceError
from aepsych_grpc.server.errors import status_of
from aepsych_grpc.server.reflection import contract
from aepsych_grpc.v1.error_reason_pb2 import ErrorReason


def detail(status, kind):
    found = kind()
    return found if any(packed.Unpack(found) for packed in status.details) else None


def test_the_reasons_are_those_of_the_contract():
    names = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118 - it is no dict
    assert {reason.name for reason in Reason} == names - {"UNSPECIFIED"}


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_the_contract_names_the_status_code_of_each_reason(reason):
    comment = _comments()[f"ERROR_REASON_{reason.name}"]
    assert comment.split(":")[0].strip() == reason.status


def _comments():
    file: FileDescriptorProto = next(file for file in contract().file if file.name.endswith("error_reason.proto"))
    # In a source location's path, 5 is a file's enums and 2 an enum's values.
    return {
        file.enum_type[location.path[1]].value[location.path[3]].name: location.leading_comments
        for location in file.source_code_info.location
        if len(location.path) == 4 and (location.path[0], location.path[2]) == (5, 2)
    }


def test_an_error_says_why_where_and_with_which_facts():
    error = ServiceError(
        Reason.EXPERIMENT_NOT_FOUND,
        "None.",
        violations=[Violation("experiment_id", "unknown")],
        metadata={"experiment_id": "x"},
    )
    status = status_of(error)
    assert (status.code, status.message) == (code_pb2.NOT_FOUND, "None. experiment_id: unknown")
    assert detail(status, ErrorInfo) == ErrorInfo(
        reason="EXPERIMENT_NOT_FOUND", domain=DOMAIN, metadata={"experiment_id": "x"}
    )
    expected = BadRequest.FieldViolation(field="experiment_id", description="unknown")
    assert list(detail(status, BadRequest).field_violations) == [expected]
    assert detail(status, RetryInfo) is None


@pytest.mark.parametrize("reason", [Reason.SHUTTING_DOWN, Reason.STORE_UNAVAILABLE, Reason.CONCURRENT_WRITE])
def test_passing_trouble_says_when_to_try_again(reason):
    retry = detail(status_of(ServiceError(reason, "Later.")), RetryInfo)
    assert 0 < retry.retry_delay.ToMilliseconds() <= 2000


def test_a_config_s_mistakes_are_all_listed():
    violations = [Violation(f"config.parameters[{i}].name", f"mistake {i}") for i in range(10)]
    status = status_of(InvalidConfigError(violations))
    assert detail(status, ErrorInfo).reason == "INVALID_CONFIG"
    fields = [violation.field for violation in detail(status, BadRequest).field_violations]
    assert fields == [violation.path for violation in violations]
    assert status.message == "config.parameters[0].name: mistake 0 (9 more mistakes in the details.)"


def test_thousands_of_mistakes_fit_into_what_a_client_takes_and_are_counted():
    violations = [Violation(f"observations[{i}].outcomes.response", "字" * 1000) for i in range(10_000)]
    status = status_of(ServiceError(Reason.INVALID_REQUEST, "字" * 10_000, violations=violations))
    assert detail(status, ErrorInfo).metadata["violation_count"] == "10000"
    assert len(detail(status, BadRequest).field_violations) >= 5
    # Percent-encoded message, and the details in base64: gRPC's C core takes 8 kB of metadata by default.
    assert 3 * len(status.message.encode()) + status.ByteSize() * 4 / 3 < 8 * 1024


def _fail():
    raise RuntimeError("secret")


def test_a_fault_of_ours_tells_the_caller_its_incident_id_and_nothing_else(caplog):
    with pytest.raises(RuntimeError) as caught:
        _fail()
    with caplog.at_level(logging.ERROR):
        status = status_of(caught.value)
    incident = detail(status, ErrorInfo).metadata["incident_id"]
    assert status.code == code_pb2.INTERNAL
    assert re.fullmatch("[0-9a-f]{12}", incident)
    assert b"secret" not in status.SerializeToString()
    assert incident in caplog.text
    assert "RuntimeError: secret" in caplog.text
