"""The door for gRPC: method handlers and deadlines."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.errors import abort
from aepsych_grpc.server.gate import Gate
from aepsych_grpc.server.reporting import CallFailed, reported
from aepsych_grpc.server.servicer import ENDLESS, Servicer
from aepsych_grpc.v1 import experiment_service_pb2

SERVICE = experiment_service_pb2.DESCRIPTOR.services_by_name["ExperimentService"]

FAR_FUTURE = 1e8
"""Seconds, about three years: no deadline that anyone has set."""


def method_handlers(servicer: Servicer, gate: Gate, endless: ThreadPoolExecutor) -> "grpc.GenericRpcHandler[Any, Any]":
    """Return gRPC's handlers of every RPC that the contract names; those without an end run in threads of their own."""
    handlers = {method.name: _handler(method, servicer, gate, endless) for method in SERVICE.methods}
    return grpc.method_handlers_generic_handler(SERVICE.full_name, handlers)


def _handler(
    method: MethodDescriptor, servicer: Servicer, gate: Gate, endless: ThreadPoolExecutor
) -> "grpc.RpcMethodHandler[Any, Any]":
    request_class = GetMessageClass(method.input_type)

    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        with _aborting(context), reported(method.name), gate.passed():
            response = servicer.call(method.name, _decoded(request_class, request), _time_left(context))
            return response.SerializeToString()

    def answer_stream(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        with _aborting(context), reported(method.name):
            message = _decoded(request_class, request)
            answers = servicer.stream(method.name, message, _time_left(context), context.add_callback)
            for response in gate.one_by_one(answers):
                yield response.SerializeToString()

    if method.name in ENDLESS:
        # How gRPC is told of another pool, as its own health service does.
        answer_stream.experimental_thread_pool = endless  # type: ignore[attr-defined]
    # Without serializers gRPC passes bytes, so that a request that is no message gets a status of ours.
    if method.server_streaming:
        return grpc.unary_stream_rpc_method_handler(answer_stream)
    return grpc.unary_unary_rpc_method_handler(answer)


@contextmanager
def _aborting(context: grpc.ServicerContext) -> Iterator[None]:
    try:
        yield
    except CallFailed as failed:
        abort(context, failed.status)


def _time_left(context: grpc.ServicerContext) -> float | None:
    """Return the seconds until the call's deadline; None without one, which gRPC says with a date in the far future."""
    left = context.time_remaining()
    return None if left is None or left > FAR_FUTURE else left


def _decoded(request_class: type[Message], request: bytes) -> Message:
    try:
        return request_class.FromString(request)
    except DecodeError:
        raise ServiceError(Reason.INVALID_REQUEST, f"The request is no {request_class.DESCRIPTOR.full_name}.") from None
