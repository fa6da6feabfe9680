"""The doors of a server, behind one face: a stub with gRPC's manners, whatever it is that travels.

Over HTTP it is a client that others have written: connectrpc's.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import grpc
from connectrpc.client import ConnectClientSync
from connectrpc.compat import google_protobuf_binary_codec
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf.message_factory import GetMessageClass
from google.rpc.code_pb2 import Code
from google.rpc.status_pb2 import Status

from aepsych_grpc.server.grpc_door import SERVICE
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub


@dataclass(frozen=True)
class Door:
    """A way to a server.

    Attributes:
        stub: Makes calls.
        raw: Returns what makes the call of a name with bytes for a request.
    """

    stub: Any
    raw: Callable[[str], Callable[..., Any]]


@contextmanager
def over_grpc(server):
    with grpc.insecure_channel(server.address) as channel:
        stub = ExperimentServiceStub(channel)
        yield Door(stub, lambda method: channel.unary_unary(f"/{SERVICE.full_name}/{method}"))


@contextmanager
def over_connect(server):
    as_it_is = ConnectStub(server.http_address, codec=_Bytes())
    yield Door(ConnectStub(server.http_address), partial(getattr, as_it_is))


DOORS = {"grpc": over_grpc, "connect": over_connect}


class CallError(grpc.RpcError):
    """A failed call, as gRPC's clients have it."""

    def __init__(self, error: ConnectError):
        self.status = Status(code=_code(error), message=error.message)
        for detail in error.details:
            self.status.details.add(type_url=f"type.googleapis.com/{detail.type_name}", value=detail.message_bytes)

    def code(self):
        return next(code for code in grpc.StatusCode if code.value[0] == self.status.code)

    def details(self):
        return self.status.message

    def trailing_metadata(self):
        return [("grpc-status-details-bin", self.status.SerializeToString())]


def _code(error):
    return Code.Value({"CANCELED": "CANCELLED"}.get(error.code.name, error.code.name))


class ConnectStub:
    """Calls over HTTP, in any of the forms that connectrpc's client speaks."""

    def __init__(self, url, *, protocol=ProtocolType.CONNECT, codec=None, **options):
        codec = codec or google_protobuf_binary_codec()
        self._client = ConnectClientSync(url, protocol=protocol, codec=codec, **options)
        for method in SERVICE.methods:
            call = self._stream if method.server_streaming else self._unary
            setattr(self, method.name, partial(call, _method_info(method)))

    def _unary(self, method, request, timeout=None, metadata=()):
        with _as_grpc_errors():
            return self._client.execute_unary(
                request=request, method=method, timeout_ms=_milliseconds(timeout), headers=dict(metadata)
            )

    def _stream(self, method, request, timeout=None, metadata=()) -> Iterator[Any]:
        with _as_grpc_errors():
            yield from self._client.execute_server_stream(
                request=request, method=method, timeout_ms=_milliseconds(timeout), headers=dict(metadata)
            )


@contextmanager
def _as_grpc_errors():
    try:
        yield
    except ConnectError as error:
        raise CallError(error) from error


def _milliseconds(seconds):
    return None if seconds is None else int(1000 * seconds)


def _method_info(method):
    return MethodInfo(
        name=method.name,
        service_name=SERVICE.full_name,
        input=GetMessageClass(method.input_type),
        output=GetMessageClass(method.output_type),
        idempotency_level=IdempotencyLevel.UNKNOWN,
        stream_type=StreamType.SERVER_STREAM if method.server_streaming else StreamType.UNARY,
    )


class _Bytes:
    """Sends and takes bytes as they are."""

    def name(self):
        return "proto"

    def encode(self, message):
        return message

    def decode(self, data, _message_class):
        return bytes(data)
