"""Calls without input or output: each is written once, as a generator, and driven either way, blocking or not.

A call yields what it wants done, a `Step`, is sent the answer to it, and returns its result. `drive` does that with a
blocking transport and `drive_async` on an event loop; `blocking` and `awaitable` make methods of calls, with the call's
own parameters and documentation.
"""

import functools
import inspect
import math
import random
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import aclosing, closing
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, cast, get_args

from google.protobuf.message import Message

from aepsych_grpc.client.failure import error_from_status
from aepsych_grpc.client.retries import RETRIED, Retries
from aepsych_grpc.client.step import AsyncCarrier, Carrier, Open, Send, Step, TakeNext, Wait
from aepsych_grpc.client.timeout import Timeout
from aepsych_grpc.client.transport import AsyncTransport, StatusError, Transport

P = ParamSpec("P")
T = TypeVar("T")
Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Subject = TypeVar("Subject")


SHORTEST = 0.001
"""Seconds that an attempt is given at least."""


Call: TypeAlias = Generator[Step, Message | None, T]
"""A call that results in T."""


@dataclass(frozen=True, slots=True)
class Method(Generic[Request, Response]):
    """An RPC by name, with the types of its request and response."""

    name: str
    request: type[Request]
    response: type[Response]


@dataclass(slots=True, kw_only=True)
class Connection:
    """What all calls to one server share.

    Attributes:
        target: Address, for people.
        timeout: How long to wait.
        retries: When to send again.
        reached: Whether the server has ever answered. While it has not, a call is sent again for a short time only: a
            wrong address deserves its error soon, a server that restarts deserves patience.
        closed: Whether the client was closed.
    """

    target: str
    timeout: Timeout = field(default_factory=Timeout)
    retries: Retries = field(default_factory=Retries)
    reached: bool = False
    closed: bool = False


def check_open(connection: Connection) -> None:
    """Raise RuntimeError if the client was closed."""
    if connection.closed:
        raise RuntimeError(f"The client of {connection.target} is closed; make a new one.")


def exchange(
    connection: Connection, method: Method[Request, Response], request: Request, timeout: float | None
) -> Call[Response]:
    """Send a request, again where that helps, and return its response.

    Raises:
        AepsychError: The call failed.
        RuntimeError: The client was closed.
    """

    def once(left: float | None) -> Call[Message | None]:
        return (yield Send(method.name, request, left))

    return cast("Response", (yield from _persistent(connection, once, timeout)))


def receive(
    connection: Connection,
    method: Method[Request, Response],
    request: Request,
    timeout: float | None,
    begin: Callable[[], Callable[[Response], None]],
) -> Call[None]:
    """Send a request and take every message of its answer; where that helps, again from the first.

    `begin` is called before each attempt, and returns what takes the messages.

    Raises:
        AepsychError: The call failed.
        RuntimeError: The client was closed.
    """

    def once(left: float | None) -> Call[None]:
        take = begin()
        yield Open(method.name, request, left)
        while (message := (yield TakeNext())) is not None:
            take(cast("Response", message))

    yield from _persistent(connection, once, timeout)


def _persistent(connection: Connection, once: Callable[[float | None], Call[T]], timeout: float | None) -> Call[T]:
    """Make attempts, each in what is left of the time, until one succeeds or another one would not help."""
    check_open(connection)
    start = time.monotonic()
    end = math.inf if timeout is None else start + timeout
    for attempt in range(connection.retries.attempts):
        # A pause can last longer than it should; the attempt after it is still made.
        left = None if timeout is None else max(end - time.monotonic(), SHORTEST)
        try:
            result = yield from once(left)
        except StatusError as failure:
            connection.reached = connection.reached or bool(failure.status.details)
            pause = connection.retries.pause(attempt, random.random())  # noqa: S311  # spreads clients out; no secret
            last = end if connection.reached else min(end, start + connection.retries.first_contact)
            if (
                failure.status.code not in RETRIED
                or attempt + 1 == connection.retries.attempts
                or time.monotonic() + pause >= last
            ):
                raise error_from_status(failure.status, connection.target) from None
        else:
            connection.reached = True
            return result
        yield Wait(pause)
    raise AssertionError("the last attempt returns or raises")


def drive(call: Call[T], transport: Transport) -> T:
    """Carry out a call, blocking."""
    with closing(Carrier(transport)) as carrier, closing(call):
        try:
            step = next(call)
            while True:
                try:
                    answer = carrier.carry_out(step)
                except StatusError as failure:
                    step = call.throw(failure)
                else:
                    step = call.send(answer)
        except StopIteration as end:
            return cast("T", end.value)


async def drive_async(call: Call[T], transport: AsyncTransport) -> T:
    """Carry out a call on an event loop."""
    async with aclosing(AsyncCarrier(transport)) as carrier:
        with closing(call):
            try:
                step = next(call)
                while True:
                    try:
                        answer = await carrier.carry_out(step)
                    except StatusError as failure:
                        step = call.throw(failure)
                    else:
                        step = call.send(answer)
            except StopIteration as end:
                return cast("T", end.value)


class Blocking(Protocol[Subject]):
    """An object whose calls block: what they are about, and what carries them."""

    _subject: Subject
    _transport: Transport


class Awaitables(Protocol[Subject]):
    """An object whose calls are awaited: what they are about, and what carries them."""

    _subject: Subject
    _transport: AsyncTransport


def blocking(call: Callable[Concatenate[Subject, P], Call[T]]) -> Callable[Concatenate[Blocking[Subject], P], T]:
    """Make a method that carries out a call, blocking."""

    @functools.wraps(call)
    def method(self: Blocking[Subject], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return drive(call(self._subject, *args, **kwargs), self._transport)

    show_result(method, call, _result_of(call))
    return method


def awaitable(
    call: Callable[Concatenate[Subject, P], Call[T]],
) -> Callable[Concatenate[Awaitables[Subject], P], Awaitable[T]]:
    """Make a method that carries out a call on an event loop."""

    @functools.wraps(call)
    async def method(self: Awaitables[Subject], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await drive_async(call(self._subject, *args, **kwargs), self._transport)

    show_result(method, call, _result_of(call))
    return method


def show_result(method: Any, call: Callable[..., Any], result: Any) -> None:
    """Show a method in `help` and notebooks: `self` instead of the call's subject, and the result, not a generator."""
    signature = inspect.signature(call)
    self = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    rest = list(signature.parameters.values())[1:]
    method.__signature__ = signature.replace(parameters=[self, *rest], return_annotation=result)
    method.__annotations__ = {item.name: item.annotation for item in rest} | {"return": result}


def _result_of(call: Callable[..., Any]) -> Any:
    return get_args(inspect.signature(call).return_annotation)[2]
