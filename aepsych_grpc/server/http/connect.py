"""The Connect protocol: https://connectrpc.com/docs/protocol, for unary calls and server streams."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from google.protobuf import symbol_database
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.json_format import MessageToDict
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.http.body import expanded, frame, only_payload
from aepsych_grpc.server.http.codec import Codec
from aepsych_grpc.server.http.exchange import HttpRequest, Response
from aepsych_grpc.server.http.timeouts import connect_timeout

_HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}
"""The HTTP status that goes with each code, from the protocol's table."""

_END_OF_STREAM = 2


def error_json(status: Status) -> dict[str, Any]:
    """Return an error as Connect writes it; `debug` is for people, `value` for programs."""
    name = Code.Name(status.code)
    error: dict[str, Any] = {"code": "canceled" if name == "CANCELLED" else name.lower(), "message": status.message}
    if status.details:
        error["details"] = [_detail(packed) for packed in status.details]
    return error


def _detail(packed: AnyMessage) -> dict[str, Any]:
    message = symbol_database.Default().GetSymbol(packed.TypeName())()
    packed.Unpack(message)
    value = base64.b64encode(packed.value).decode().rstrip("=")
    return {"type": packed.TypeName(), "value": value, "debug": MessageToDict(message)}


def failure(status: Status, http_status: int = 0) -> Response:
    """Return the response that tells of an error; its HTTP status goes with the code, unless one is given."""
    code = http_status or _HTTP_STATUS[Code.Name(status.code)]
    return Response(code, "application/json", json.dumps(error_json(status), ensure_ascii=False).encode())


def _check_version(request: HttpRequest) -> None:
    version = request.header("connect-protocol-version")
    if version not in ("", "1"):
        raise ServiceError(Reason.INVALID_REQUEST, f'Connect-Protocol-Version is "{version[:60]}"; expected is 1.')


@dataclass(frozen=True, slots=True)
class ConnectUnary:
    """A message in the body of the request, and one in that of the response."""

    codec: Codec

    @property
    def content_type(self) -> str:
        """Content-Type of the response."""
        return f"application/{self.codec.name}"

    def timeout(self, request: HttpRequest) -> float | None:
        """Return the seconds that the caller waits."""
        return connect_timeout(request.header("connect-timeout-ms"))

    def payload(self, request: HttpRequest, body: bytes) -> bytes:
        """Return the message within the body."""
        _check_version(request)
        return expanded(body, request.header("content-encoding"))

    def answer(self, payload: bytes) -> Response:
        """Return the response with a message."""
        return Response(200, self.content_type, payload)

    def failure(self, status: Status) -> Response:
        """Return the response that tells of an error."""
        return failure(status)


@dataclass(frozen=True, slots=True)
class ConnectStream:
    """A message in the body of the request, and any number in that of the response; errors come last."""

    codec: Codec

    @property
    def content_type(self) -> str:
        """Content-Type of the response."""
        return f"application/connect+{self.codec.name}"

    def timeout(self, request: HttpRequest) -> float | None:
        """Return the seconds that the caller waits."""
        return connect_timeout(request.header("connect-timeout-ms"))

    def payload(self, request: HttpRequest, body: bytes) -> bytes:
        """Return the message within the body."""
        _check_version(request)
        return only_payload(body, request.header("connect-content-encoding"))

    def message(self, payload: bytes) -> bytes:
        """Return a message as a part of the response."""
        return frame(0, payload)

    def end(self, status: Status | None) -> bytes:
        """Return the last part of the response; without a status all went well."""
        ending = {} if status is None else {"error": error_json(status)}
        return frame(_END_OF_STREAM, json.dumps(ending, ensure_ascii=False).encode())

    def failure(self, status: Status) -> Response:
        """Return the response that tells of an error and nothing else."""
        return Response(200, self.content_type, self.end(status))
