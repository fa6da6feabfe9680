"""A call answered: from the body of a request to the response, or to the parts of one. Runs in a worker's thread."""

import time
from collections.abc import Generator

from aepsych_grpc.server.http.calls import StreamCall, UnaryCall
from aepsych_grpc.server.http.exchange import HttpRequest, Response
from aepsych_grpc.server.http.wires import StreamWire, UnaryWire
from aepsych_grpc.server.reporting import CallFailed, reported
from aepsych_grpc.server.watching import WhenGone


def answer(call: UnaryCall, wire: UnaryWire, request: HttpRequest, body: bytes, deadline: float | None) -> Response:
    """Answer a call with one answer; `deadline` is a time of the monotonic clock."""
    try:
        with reported(call.name):
            message = wire.codec.read(call.request_class, wire.payload(request, body))
            return wire.answer(wire.codec.write(call.answer(message, _left(deadline))))
    except CallFailed as failed:
        return wire.failure(failed.status)


def parts(
    call: StreamCall, wire: StreamWire, request: HttpRequest, body: bytes, deadline: float | None, when_gone: WhenGone
) -> Generator[bytes, None, None]:
    """Answer a call with a stream of answers, part by part, the end included."""
    try:
        with reported(call.name):
            message = wire.codec.read(call.request_class, wire.payload(request, body))
            for response in call.answers(message, _left(deadline), when_gone):
                yield wire.message(wire.codec.write(response))
        yield wire.end(None)
    except CallFailed as failed:
        yield wire.end(failed.status)


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else deadline - time.monotonic()
