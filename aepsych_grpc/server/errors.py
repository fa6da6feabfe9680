"""Failures as google.rpc.Status: a canonical code, google.rpc.ErrorInfo, and what helps to mend the call."""

import logging
import secrets
from typing import NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.code_pb2 import Code
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.error import DOMAIN, Reason, ServiceError
from aepsych_grpc.server.checks import refusal
from aepsych_grpc.store.error import StoreUnavailable

log = logging.getLogger(__name__)

_RETRY_AFTER_MILLISECONDS = {
    Reason.SHUTTING_DOWN: 2_000,
    Reason.STORE_UNAVAILABLE: 1_000,
    Reason.CONCURRENT_WRITE: 50,
}
"""When the same call may succeed. A call beyond the limits never does, so LIMIT_EXCEEDED is not among them."""

# An error travels in the call's trailing metadata, of which gRPC's C core takes 8 kB by default; in transit the details
# may grow by a third (base64), and the message is sent twice, once with three characters for each byte beyond ASCII.
_MESSAGE_BYTES = 500
_DESCRIPTION_BYTES = 300
_ALL_VIOLATIONS_BYTES = 3_600


def status_of(error: Exception) -> Status:
    """Return the status that a call ends with; an unexpected exception is logged and only its incident id is told."""
    if isinstance(error, InvalidConfigError):
        error = refusal(Reason.INVALID_CONFIG, list(error.violations))
    if isinstance(error, StoreUnavailable):
        error = ServiceError(Reason.STORE_UNAVAILABLE, str(error))
    if not isinstance(error, ServiceError):
        error = _incident(error)
    metadata = dict(error.metadata)
    details: list[Message] = []
    if error.violations:
        request = _bad_request(error)
        details.append(request)
        if len(request.field_violations) < len(error.violations):
            metadata["violation_count"] = str(len(error.violations))
    if error.reason in _RETRY_AFTER_MILLISECONDS:
        retry = RetryInfo()
        retry.retry_delay.FromMilliseconds(_RETRY_AFTER_MILLISECONDS[error.reason])
        details.append(retry)
    details.insert(0, ErrorInfo(reason=error.reason.name, domain=DOMAIN, metadata=metadata))
    status = Status(code=Code.Value(error.reason.status), message=_shortened(_told(error), _MESSAGE_BYTES))
    for detail in details:
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _told(error: ServiceError) -> str:
    """Return the message with the first mistake in it: not every caller shows the details."""
    if not error.violations or error.violations[0].path in error.message:
        return error.message
    first, more = error.violations[0], len(error.violations) - 1
    rest = f" ({more} more in the details.)" if more else ""
    return f"{error.message} {first.path}: {first.message}{rest}"


def abort(context: grpc.ServicerContext, status: Status) -> NoReturn:
    """End the call with a status and its details."""
    context.abort_with_status(rpc_status.to_status(status))
    raise AssertionError("abort_with_status returned")


def _bad_request(error: ServiceError) -> BadRequest:
    request = BadRequest()
    for violation in error.violations:
        entry = BadRequest.FieldViolation(
            field=_shortened(violation.path, _DESCRIPTION_BYTES),
            description=_shortened(violation.message, _DESCRIPTION_BYTES),
        )
        if request.ByteSize() + entry.ByteSize() > _ALL_VIOLATIONS_BYTES:
            break
        request.field_violations.append(entry)
    return request


def _incident(error: Exception) -> ServiceError:
    incident_id = secrets.token_hex(6)
    log.error("incident %s", incident_id, exc_info=error)
    return ServiceError(
        Reason.INTERNAL_FAULT,
        f"A fault of the server; its log has the details under incident {incident_id}.",
        metadata={"incident_id": incident_id},
    )


def _shortened(text: str, size: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= size else encoded[: size - 3].decode(errors="ignore") + "..."
