"""Calls over gRPC."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import grpc
import grpc.aio
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from aepsych_grpc.client.transport import AsyncStream, StatusError, Stream
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub

OPTIONS: Mapping[str, int] = MappingProxyType(
    {
        # gRPC would let a lost connection rest for 1 s, then for up to 2 minutes; a participant waits.
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.min_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 1000,
        # A page of trials may pass gRPC's 4 MiB; what the server sends is bounded by its own limits.
        "grpc.max_receive_message_length": -1,
    }
)
"""Options of every channel."""


def _credentials(*, tls: bool | str | Path) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(None if isinstance(tls, bool) else Path(tls).read_bytes())


def _metadata(token: str | None) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),) if token else ()


def _status(error: grpc.RpcError) -> Status:
    """Return what a failed gRPC call tells: the rich status if the server sent one, else code and text."""
    # Every RpcError that a call raises is also the call, which the type does not say.
    call = cast("grpc.Call", error)
    status: Status | None = rpc_status.from_call(call)
    if status is not None:
        return status
    return Status(code=call.code().value[0], message=call.details() or "")


class GrpcTransport:
    """Carries calls over a gRPC channel, blocking.

    Args:
        target: Address of the server, "HOST:PORT".
        token: Sent with every call as a bearer token.
        tls: Use TLS: True trusts the well-known authorities, a path the PEM certificates in that file.
    """

    def __init__(self, target: str, *, token: str | None = None, tls: bool | str | Path = False) -> None:
        options = list(OPTIONS.items())
        self._channel = (
            grpc.secure_channel(target, _credentials(tls=tls), options)
            if tls
            else grpc.insecure_channel(target, options)
        )
        self._stub = ExperimentServiceStub(self._channel)
        self._metadata = _metadata(token)

    def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of an RPC; as `Transport.unary`."""
        try:
            response: Message = getattr(self._stub, method)(request, timeout=timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise StatusError(_status(error)) from None
        return response

    def stream(self, method: str, request: Message, timeout: float | None) -> Stream:
        """Yield the messages of an RPC; as `Transport.stream`."""
        call = getattr(self._stub, method)(request, timeout=timeout, metadata=self._metadata)
        try:
            yield from call
        except grpc.RpcError as error:
            raise StatusError(_status(error)) from None
        finally:
            call.cancel()

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


class AsyncGrpcTransport:
    """Carries calls over a gRPC channel on an event loop.

    Args:
        target: Address of the server, "HOST:PORT".
        token: Sent with every call as a bearer token.
        tls: Use TLS: True trusts the well-known authorities, a path the PEM certificates in that file.
    """

    def __init__(self, target: str, *, token: str | None = None, tls: bool | str | Path = False) -> None:
        self._target = target
        self._tls = tls
        self._metadata = _metadata(token)
        self._channel: grpc.aio.Channel | None = None

    def _open(self) -> grpc.aio.Channel:
        # A channel belongs to the event loop that is running when it is made, so not to the constructor.
        options = list(OPTIONS.items())
        if self._tls:
            return grpc.aio.secure_channel(self._target, _credentials(tls=self._tls), options)
        return grpc.aio.insecure_channel(self._target, options)

    def _begin(self, method: str, request: Message, timeout: float | None) -> Any:
        if self._channel is None:
            self._channel = self._open()
            self._stub = ExperimentServiceStub(self._channel)
        return getattr(self._stub, method)(request, timeout=timeout, metadata=self._metadata)

    async def unary(self, method: str, request: Message, timeout: float | None) -> Message:
        """Return the response of an RPC; as `Transport.unary`."""
        try:
            response: Message = await self._begin(method, request, timeout)
        except grpc.aio.AioRpcError as error:
            raise StatusError(_status(error)) from None
        return response

    async def stream(self, method: str, request: Message, timeout: float | None) -> AsyncStream:
        """Yield the messages of an RPC; as `Transport.stream`."""
        call = self._begin(method, request, timeout)
        try:
            async for message in call:
                yield message
        except grpc.aio.AioRpcError as error:
            raise StatusError(_status(error)) from None
        finally:
            call.cancel()

    async def close(self) -> None:
        """Close the channel."""
        if self._channel is not None:
            await self._channel.close(None)
