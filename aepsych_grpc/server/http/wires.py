"""The protocols by the Content-Type of the request."""

from typing import Protocol

from google.rpc.status_pb2 import Status

from aepsych_grpc.server.http.codec import CODECS, PROTO, Codec
from aepsych_grpc.server.http.connect import ConnectStream, ConnectUnary
from aepsych_grpc.server.http.exchange import HttpRequest, Response
from aepsych_grpc.server.http.grpc_web import GrpcWeb


class Wire(Protocol):
    """How a call travels. What a request has wrong raises ServiceError."""

    @property
    def codec(self) -> Codec:
        """The form of the messages."""

    @property
    def content_type(self) -> str:
        """Content-Type of the response."""

    def timeout(self, request: HttpRequest) -> float | None:
        """Return the seconds that the caller waits."""

    def payload(self, request: HttpRequest, body: bytes) -> bytes:
        """Return the message within the body."""

    def failure(self, status: Status) -> Response:
        """Return the response that tells of an error and nothing else."""


class UnaryWire(Wire, Protocol):
    """How a call with one answer travels."""

    def answer(self, payload: bytes) -> Response:
        """Return the response with a message."""


class StreamWire(Wire, Protocol):
    """How a call with a stream of answers travels."""

    def message(self, payload: bytes) -> bytes:
        """Return a message as a part of the response."""

    def end(self, status: Status | None) -> bytes:
        """Return the last part of the response; without a status all went well."""


_GRPC_WEB = {
    **{f"application/grpc-web+{codec.name}": GrpcWeb(codec, text=False) for codec in CODECS.values()},
    "application/grpc-web": GrpcWeb(PROTO, text=False),
    "application/grpc-web-text": GrpcWeb(PROTO, text=True),
    "application/grpc-web-text+proto": GrpcWeb(PROTO, text=True),
}

UNARY: dict[str, UnaryWire] = {
    **{f"application/{codec.name}": ConnectUnary(codec) for codec in CODECS.values()},
    **_GRPC_WEB,
}
"""For calls with one answer."""

STREAMS: dict[str, StreamWire] = {
    **{f"application/connect+{codec.name}": ConnectStream(codec) for codec in CODECS.values()},
    **_GRPC_WEB,
}
"""For calls with a stream of answers."""
