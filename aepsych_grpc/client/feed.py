"""Feeds: calls with many answers, without input or output; each is written once and driven either way, as `call` is.

A feed yields what a call can want done, and it `Give`s what whoever listens is to have. When the connection is lost it
opens the stream again, from where it had got to.
"""

import functools
import inspect
import random
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar, cast, get_args, get_origin

from google.protobuf.message import Message

from aepsych_grpc.client.call import (
    Awaitables,
    Blocking,
    Connection,
    Method,
    check_open,
    show_result,
)
from aepsych_grpc.client.failure import error_from_status
from aepsych_grpc.client.retries import RETRIED
from aepsych_grpc.client.step import AsyncCarrier, Carrier, Open, Step, TakeNext, Wait
from aepsych_grpc.client.transport import AsyncTransport, StatusError, Transport

P = ParamSpec("P")
T = TypeVar("T")
Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)
Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Give(Generic[T]):
    """Something for whoever listens."""

    item: T


Feed: TypeAlias = Generator[Step | Give[T], Message | None, None]
"""A call with many results, each a T."""


def messages(
    connection: Connection,
    method: Method[Request, Response],
    request: Request,
    go_on: Callable[[Request, Response], None],
    read: Callable[[Response], T | None],
) -> Feed[T]:
    """Give what is read from each message of a stream, if it is anything. There is no limit to how long it may take.

    Args:
        connection: The server.
        method: The RPC.
        request: Its request.
        go_on: Changes the request, after each message, into one for those that follow.
        read: Reads a message.

    Raises:
        AepsychError: The call failed.
        RuntimeError: The client was closed.
    """
    attempt, opened = 0, False
    while True:
        check_open(connection)
        try:
            if not opened:
                yield Open(method.name, request, None)
                opened = True
            message = yield TakeNext()
        except StatusError as failure:
            attempt, opened = attempt + 1, False
            if failure.status.code not in RETRIED or attempt == connection.retries.attempts:
                raise error_from_status(failure.status, connection.target) from None
            yield Wait(connection.retries.pause(attempt - 1, random.random()))  # noqa: S311  # no secret
            continue
        if message is None:
            return
        attempt, connection.reached = 0, True
        go_on(request, cast("Response", message))
        if (item := read(cast("Response", message))) is not None:
            yield Give(item)


def drive_feed(feed: Feed[T], transport: Transport) -> Iterator[T]:
    """Carry out a feed, blocking. Who stops listening closes the stream."""
    with closing(Carrier(transport)) as carrier, closing(feed):
        try:
            step = next(feed)
            while True:
                if isinstance(step, Give):
                    yield step.item
                    step = next(feed)
                    continue
                try:
                    answer = carrier.carry_out(step)
                except StatusError as failure:
                    step = feed.throw(failure)
                else:
                    step = feed.send(answer)
        except StopIteration:
            return


async def drive_feed_async(feed: Feed[T], transport: AsyncTransport) -> AsyncIterator[T]:
    """Carry out a feed on an event loop. Who stops listening closes the stream."""
    async with aclosing(AsyncCarrier(transport)) as carrier:
        with closing(feed):
            try:
                step = next(feed)
                while True:
                    if isinstance(step, Give):
                        yield step.item
                        step = next(feed)
                        continue
                    try:
                        answer = await carrier.carry_out(step)
                    except StatusError as failure:
                        step = feed.throw(failure)
                    else:
                        step = feed.send(answer)
            except StopIteration:
                return


def iterating(
    call: Callable[Concatenate[Subject, P], Feed[T]],
) -> Callable[Concatenate[Blocking[Subject], P], Iterator[T]]:
    """Make a method that iterates over a feed, blocking."""

    @functools.wraps(call)
    def method(self: Blocking[Subject], /, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return drive_feed(call(self._subject, *args, **kwargs), self._transport)

    show_result(method, call, Iterator[_item_of(call)])  # type: ignore[misc]  # known when the method is made
    return method


def iterating_async(
    call: Callable[Concatenate[Subject, P], Feed[T]],
) -> Callable[Concatenate[Awaitables[Subject], P], AsyncIterator[T]]:
    """Make a method that iterates over a feed on an event loop, with `async for`."""

    @functools.wraps(call)
    def method(self: Awaitables[Subject], /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return drive_feed_async(call(self._subject, *args, **kwargs), self._transport)

    show_result(method, call, AsyncIterator[_item_of(call)])  # type: ignore[misc]  # known when the method is made
    return method


def _item_of(call: Callable[..., Any]) -> Any:
    """Return the type of what a feed gives."""
    steps = get_args(inspect.signature(call).return_annotation)[0]
    return next(get_args(step)[0] for step in get_args(steps) if get_origin(step) is Give)
