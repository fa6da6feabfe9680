"""A stream sent to its caller, part by part, for as long as the caller listens."""

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, Protocol


class Send(Protocol):
    """Sends a part of a body."""

    async def __call__(self, part: bytes, *, last: bool) -> None:
        """Send it."""


class Caller:
    """Whoever listens to a stream, and may have gone. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone = False
        self._then: list[Callable[[], None]] = []

    def when_gone(self, then: Callable[[], None]) -> bool:
        """Have something done when the caller has gone; returns False, and does nothing, if that has happened."""
        with self._lock:
            if not self._gone:
                self._then.append(then)
            return not self._gone

    def leave(self) -> None:
        """Note that the caller has gone."""
        with self._lock:
            self._gone = True
            then, self._then = self._then, []
        for act in then:
            act()


async def send_parts(
    parts: Generator[bytes, None, None],
    pool: Executor,
    caller: Caller,
    *,
    send: Send,
    gone: "asyncio.Task[None]",
    deadline: float | None,
    too_late: bytes,
) -> None:
    """Send all parts, each made in a thread of the pool once the one before it has been taken.

    Args:
        parts: What is sent.
        pool: Where the parts are made.
        caller: Learns of it when nobody listens any more.
        send: Sends a part, and says whether it is the last.
        gone: Is done when the caller has gone.
        deadline: Time of the monotonic clock after which no more is sent but `too_late`.
        too_late: The last part then.
    """
    making: asyncio.Future[Any] | None = None
    try:
        while True:
            making = asyncio.get_running_loop().run_in_executor(pool, next, parts, None)
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            await asyncio.wait({making, gone}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if not making.done():
                return await send(b"" if gone.done() else too_late, last=True)
            part = making.result()
            if part is None:
                return await send(b"", last=True)
            await send(part, last=False)
    finally:
        gone.cancel()
        caller.leave()
        await _close(parts, pool, making)


async def _close(parts: Generator[bytes, None, None], pool: Executor, making: "asyncio.Future[Any] | None") -> None:
    if making is not None:
        with suppress(Exception):
            await making
    await asyncio.get_running_loop().run_in_executor(pool, parts.close)
