"""The gRPC-Web protocol: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md, binary and as text."""

import base64
import binascii
import string
from dataclasses import dataclass
from urllib.parse import quote

from google.rpc.status_pb2 import Status

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.http.body import frame, only_payload
from aepsych_grpc.server.http.codec import Codec
from aepsych_grpc.server.http.exchange import HttpRequest, Response
from aepsych_grpc.server.http.timeouts import grpc_timeout

_TRAILERS = 0x80

_PLAIN = "".join(set(string.printable) - set(string.whitespace) - {"%"}) + " "
"""The characters that stand for themselves in grpc-message."""


@dataclass(frozen=True, slots=True)
class GrpcWeb:
    """A message in the body of the request; in that of the response messages, and the trailers last.

    Attributes:
        codec: The form of the messages.
        text: Whether both bodies are in base64.
    """

    codec: Codec
    text: bool

    @property
    def content_type(self) -> str:
        """Content-Type of the response."""
        return f"application/grpc-web{'-text' if self.text else ''}+{self.codec.name}"

    def timeout(self, request: HttpRequest) -> float | None:
        """Return the seconds that the caller waits."""
        return grpc_timeout(request.header("grpc-timeout"))

    def payload(self, request: HttpRequest, body: bytes) -> bytes:
        """Return the message within the body."""
        if self.text:
            try:
                body = base64.b64decode(body, validate=True)
            except binascii.Error:
                raise ServiceError(Reason.INVALID_REQUEST, "The body is not in base64.") from None
        return only_payload(body, request.header("grpc-encoding"))

    def message(self, payload: bytes) -> bytes:
        """Return a message as a part of the response."""
        return self._sent(frame(0, payload))

    def end(self, status: Status | None) -> bytes:
        """Return the last part of the response; without a status all went well."""
        trailers = {"grpc-status": "0"} if status is None else _trailers(status)
        lines = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
        return self._sent(frame(_TRAILERS, lines.encode()))

    def answer(self, payload: bytes) -> Response:
        """Return the response with a single message."""
        return Response(200, self.content_type, self.message(payload) + self.end(None))

    def failure(self, status: Status) -> Response:
        """Return the response that tells of an error and nothing else."""
        return Response(200, self.content_type, self.end(status))

    def _sent(self, part: bytes) -> bytes:
        return base64.b64encode(part) if self.text else part


def _trailers(status: Status) -> dict[str, str]:
    return {
        "grpc-status": str(status.code),
        "grpc-message": quote(status.message, safe=_PLAIN),
        "grpc-status-details-bin": base64.b64encode(status.SerializeToString()).decode().rstrip("="),
    }
