"""The seam between the client and whatever carries its calls: gRPC, or a server in the same process."""

from typing import Protocol

from google.protobuf.message import Message
from google.rpc.status_pb2 import Status


class StatusError(Exception):
    """A call that failed, as the transport learned it: canonical code, message and typed details."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.message)
        self.status = status


class Transport(Protocol):
    """Carries unary calls of `aepsych_grpc.v1.ExperimentService`."""

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

    def close(self) -> None:
        """Give back what the transport holds. It can't be used afterwards."""
        ...


class AsyncTransport(Protocol):
    """Carries unary calls of `aepsych_grpc.v1.ExperimentService` without blocking the event loop."""

    async def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of an RPC; as `Transport.unary`."""
        ...

    async def close(self) -> None:
        """Give back what the transport holds. It can't be used afterwards."""
        ...
