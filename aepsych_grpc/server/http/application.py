"""The ASGI application: finds the call and the protocol of a request, and sends the answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.auth import token_missing
from aepsych_grpc.server.errors import status_of
from aepsych_grpc.server.gate import Gate
from aepsych_grpc.server.http import connect, pages
from aepsych_grpc.server.http.access import Access
from aepsych_grpc.server.http.answering import answer, parts
from aepsych_grpc.server.http.body import MAX_BODY_BYTES, too_large
from aepsych_grpc.server.http.calls import StreamCall, UnaryCall
from aepsych_grpc.server.http.cors import Cors
from aepsych_grpc.server.http.exchange import HttpRequest, Response, plain
from aepsych_grpc.server.http.get import as_post
from aepsych_grpc.server.http.streaming import Caller, send_parts
from aepsych_grpc.server.http.wires import STREAMS, UNARY, StreamWire, UnaryWire, Wire

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]

_NOT_KEPT = ("Cache-Control", "no-store")
_BEARER = ("WWW-Authenticate", "Bearer")


class Application:
    """Answers HTTP requests."""

    def __init__(self, calls: Mapping[str, UnaryCall | StreamCall], gate: Gate, access: Access, cors: Cors) -> None:
        self._calls = calls
        self._gate = gate
        self._access = access
        self._cors = cors

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        request = HttpRequest.of(scope)
        sending = _Sending(send, self._cors.headers(request))
        try:
            response = (
                self._access.misdirected(request)
                or self._page(request, scope["scheme"])
                or await self._call(request, receive, sending)
            )
        except _BrokenOffError:
            return
        if response is not None:
            await sending.whole(response)

    def _page(self, request: HttpRequest, scheme: str) -> Response | None:
        """Return what is told to people, browsers and supervisors."""
        if request.method == "OPTIONS" and "origin" in request.headers:
            return self._cors.preflight(request)
        if request.method not in ("GET", "HEAD"):
            return None
        if request.path == "/":
            return plain(200, pages.welcome(f"{scheme}://{request.header('host')}", self._calls))
        if request.path == "/healthz":
            return plain(200, "serving\n") if self._gate.is_open else plain(503, "shutting down\n")
        return None

    async def _call(self, request: HttpRequest, receive: Receive, sending: "_Sending") -> Response | None:
        """Return the answer to a call; None if it was sent as a stream."""
        call = self._calls.get(request.path)
        if call is None:
            return self._nothing_there(request)
        body = None
        if request.method == "GET" and call.safe:
            try:
                request, body = as_post(request)
            except ServiceError as error:
                return connect.failure(status_of(error))
        elif request.method != "POST":
            allowed = "GET, POST" if call.safe else "POST"
            return plain(405, f"{call.name} takes {allowed}.\n", ("Allow", allowed))
        if isinstance(call, StreamCall):
            streamed = STREAMS.get(request.content_type)
            if streamed is None:
                return _unknown_type(request, call.name, STREAMS)
            return await self._stream(call, streamed, request, receive, sending)
        wire = UNARY.get(request.content_type)
        if wire is None:
            return _unknown_type(request, call.name, UNARY)
        response = await self._unary(call, wire, request, body, receive)
        return response if request.method == "POST" else replace(response, headers=(*response.headers, _NOT_KEPT))

    async def _unary(
        self, call: UnaryCall, wire: UnaryWire, request: HttpRequest, body: bytes | None, receive: Receive
    ) -> Response:
        try:
            deadline = self._let_in(call, wire, request)
            if body is None:
                body = await _read(request, receive)
            loop = asyncio.get_running_loop()
            answering = loop.run_in_executor(call.pool, answer, call, wire, request, body, deadline)
            # Past the deadline the answer is of no use. What was begun goes on, as it does when a caller has gone.
            return await asyncio.wait_for(answering, None if deadline is None else deadline - time.monotonic())
        except ServiceError as error:
            return wire.failure(status_of(error))
        except TimeoutError:
            return wire.failure(status_of(_too_late()))

    async def _stream(
        self, call: StreamCall, wire: StreamWire, request: HttpRequest, receive: Receive, sending: "_Sending"
    ) -> Response | None:
        """Send a stream of answers; return the response if there is none to send."""
        try:
            deadline = self._let_in(call, wire, request)
            body = await _read(request, receive)
        except ServiceError as error:
            return wire.failure(status_of(error))
        caller = Caller()
        gone = asyncio.create_task(_until_gone(receive))
        await sending.start(200, wire.content_type)
        await send_parts(
            parts(call, wire, request, body, deadline, caller.when_gone),
            call.pool,
            caller,
            send=sending.part,
            gone=gone,
            deadline=deadline,
            too_late=wire.end(status_of(_too_late())),
        )
        return None

    def _let_in(self, call: UnaryCall | StreamCall, wire: Wire, request: HttpRequest) -> float | None:
        """Return the time of the monotonic clock until which the caller waits.

        Raises:
            ServiceError: TOKEN_MISSING_OR_INVALID, INVALID_REQUEST.
        """
        if not call.open and not self._access.admit(request):
            raise token_missing('header "Authorization: Bearer TOKEN"')
        timeout = wire.timeout(request)
        return None if timeout is None else time.monotonic() + timeout

    def _nothing_there(self, request: HttpRequest) -> Response:
        text = pages.not_found(request.path, self._calls)
        status = status_of(ServiceError(Reason.NOT_SUPPORTED, text))
        if request.content_type.startswith("application/grpc-web"):
            return UNARY["application/grpc-web"].failure(status)
        return plain(404, text + "\n") if request.method != "POST" else connect.failure(status, 404)


class _BrokenOffError(Exception):
    """The end of a request is missing, and nobody waits for an answer."""


class _Sending:
    """Sends a response, with the headers that every one has."""

    def __init__(self, send: Send, headers: Headers) -> None:
        self._send = send
        self._headers = headers

    async def whole(self, response: Response) -> None:
        """Send a response at once."""
        length = () if response.status == 204 else (("Content-Length", str(len(response.body))),)
        bearer = (_BEARER,) if response.status == 401 else ()
        await self.start(response.status, response.content_type, (*response.headers, *bearer, *length))
        await self._send({"type": "http.response.body", "body": response.body})

    async def start(self, status: int, content_type: str, headers: Headers = ()) -> None:
        """Send the head of a response."""
        typed = (("Content-Type", content_type),) if content_type else ()
        lines = (*typed, *headers, *self._headers)
        encoded = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in lines]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})

    async def part(self, part: bytes, *, last: bool) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": part, "more_body": not last})


async def _read(request: HttpRequest, receive: Receive) -> bytes:
    """Read the body.

    Raises:
        ServiceError: LIMIT_EXCEEDED.
        _BrokenOffError: The caller has gone before its end. What came could look like a whole message, with less in it.
    """
    announced = request.header("content-length")
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise too_large()
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise _BrokenOffError
        body += event.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise too_large()
        if not event.get("more_body", False):
            return bytes(body)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _too_late() -> ServiceError:
    return ServiceError(Reason.DEADLINE_EXCEEDED, "The call's deadline passed before it was answered.")


def _unknown_type(request: HttpRequest, call: str, taken: Iterable[str]) -> Response:
    given = f'"{request.content_type[:60]}"' if request.content_type else "missing"
    text = f"Content-Type is {given}; {call} takes {', '.join(taken)}."
    status = status_of(ServiceError(Reason.INVALID_REQUEST, text))
    response = connect.failure(status, 415)
    return replace(response, headers=(("Accept-Post", ", ".join(taken)),))
