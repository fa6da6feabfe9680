"""The seam between the client and whatever carries its calls: gRPC, or a server in the same process."""

from collections.abc import AsyncGenerator, Generator
from typing import Protocol, TypeAlias

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status


class StatusError(Exception):
    """A call that failed, as the transport learned it: canonical code, message and typed details."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


Stream: TypeAlias = Generator[Message, None, None]
AsyncStream: TypeAlias = AsyncGenerator[Message, None]


class Transport(Protocol):
    """Carries calls of `aepsych_grpc.v1.ExperimentService`."""

    def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of an RPC.

        Args:
            method: Name of the RPC, such as "Ask".
            request: Its request message.
            timeout: Seconds within which the answer must be there; None to wait for ever.

        Raises:
            StatusError: The call failed, or no server answers (code UNAVAILABLE without details).
        """
        ...

    def stream(self, method: str, request: Message, timeout: float | None) -> Stream:
        """Yield the messages of a server-streaming RPC as they come; as `unary`. To close it ends the call."""
        ...

    def close(self) -> None:
        """Give back what the transport holds. It can't be used afterwards."""
        ...


class AsyncTransport(Protocol):
    """Carries calls of `aepsych_grpc.v1.ExperimentService` without blocking the event loop."""

    async def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of an RPC; as `Transport.unary`."""
        ...

    def stream(self, method: str, request: Message, timeout: float | None) -> AsyncStream:
        """Yield the messages of a server-streaming RPC as they come; as `Transport.stream`."""
        ...

    async def close(self) -> None:
        """Give back what the transport holds. It can't be used afterwards."""
        ...
