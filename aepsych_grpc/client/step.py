"""What calls and feeds want done, and what does it: `Carrier`, and `AsyncCarrier` on an event loop."""

import asyncio
import time
from dataclasses import dataclass
from typing import TypeAlias

from google.protobuf.message import Message

from aepsych_grpc.client.transport import AsyncStream, AsyncTransport, Stream, Transport


@dataclass(frozen=True, slots=True)
class Send:
    """Wants a request sent; answered with the response, or with a StatusError thrown."""

    method: str
    request: Message
    timeout: float | None


@dataclass(frozen=True, slots=True)
class Open:
    """Wants a request sent that a stream answers, in place of the stream before."""

    method: str
    request: Message
    timeout: float | None


@dataclass(frozen=True, slots=True)
class TakeNext:
    """Wants the next message of the stream; answered with None at its end, or with a StatusError thrown."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Wants a pause."""

    seconds: float


Step: TypeAlias = Send | Open | TakeNext | Wait
"""What a call can want."""


class Carrier:
    """Does what one call wants, blocking; closing it closes the stream that is open."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._stream: Stream | None = None

    def carry_out(self, step: Step) -> Message | None:
        """Do what is wanted, and return the answer to it. Raises StatusError."""
        match step:
            case Send():
                return self._transport.unary(step.method, step.request, step.timeout)
            case Open():
                self.close()
                self._stream = self._transport.stream(step.method, step.request, step.timeout)
            case TakeNext():
                return next(self._stream, None) if self._stream else None
            case Wait():
                time.sleep(step.seconds)
        return None

    def close(self) -> None:
        """Close the stream, if there is one."""
        if self._stream is not None:
            self._stream.close()


class AsyncCarrier:
    """Does what one call wants, on an event loop; closing it closes the stream that is open."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport
        self._stream: AsyncStream | None = None

    async def carry_out(self, step: Step) -> Message | None:
        """Do what is wanted, and return the answer to it. Raises StatusError."""
        match step:
            case Send():
                return await self._transport.unary(step.method, step.request, step.timeout)
            case Open():
                await self.aclose()
                self._stream = self._transport.stream(step.method, step.request, step.timeout)
            case TakeNext():
                return await anext(self._stream, None) if self._stream else None
            case Wait():
                await asyncio.sleep(step.seconds)
        return None

    async def aclose(self) -> None:
        """Close the stream, if there is one."""
        if self._stream is not None:
            await self._stream.aclose()
