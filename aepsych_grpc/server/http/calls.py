"""The calls that the door answers: those of the contract, and whether the server is well."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.code_pb2 import NOT_FOUND
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2

from aepsych_grpc.server.gate import Gate
from aepsych_grpc.server.grpc_door import SERVICE
from aepsych_grpc.server.reporting import CallFailed
from aepsych_grpc.server.servicer import ENDLESS, Servicer
from aepsych_grpc.server.watching import WhenGone

HEALTH_NAMES = ("", SERVICE.full_name)
"""What the health service reports on: the server as a whole, and its service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call and who answers it.

    Attributes:
        name: As in the contract.
        request_class: Class of its request.
        pool: The threads in which it is answered.
        safe: Whether it changes nothing, and so may come with GET.
        open: Whether it is answered without a token too.
    """

    name: str
    request_class: type[Message]
    pool: Executor
    safe: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryCall(Call):
    """A call with one answer, made from the request and the seconds left."""

    answer: Callable[[Message, float | None], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCall(Call):
    """A call with a stream of answers; it is told how to learn that the caller has gone."""

    answers: Callable[[Message, float | None, WhenGone], Iterator[Message]]


def calls_by_path(
    servicer: Servicer, gate: Gate, calls: Executor, endless: Executor
) -> Mapping[str, UnaryCall | StreamCall]:
    """Return what is answered, by path; calls without an end run in threads of their own."""
    by_path: dict[str, UnaryCall | StreamCall] = {}
    for method in SERVICE.methods:
        pool = endless if method.name in ENDLESS else calls
        by_path[f"/{SERVICE.full_name}/{method.name}"] = _call(method, servicer, gate, pool)
    by_path[f"/{health.SERVICE_NAME}/Check"] = UnaryCall(
        name="Check",
        request_class=health_pb2.HealthCheckRequest,
        pool=calls,
        safe=True,
        open=True,
        answer=partial(_check_health, gate),
    )
    return by_path


def _call(method: MethodDescriptor, servicer: Servicer, gate: Gate, pool: Executor) -> UnaryCall | StreamCall:
    name = method.name

    def answer(request: Message, timeout: float | None) -> Message:
        with gate.passed():
            return servicer.call(name, request, timeout)

    def answers(request: Message, timeout: float | None, when_gone: WhenGone) -> Iterator[Message]:
        return gate.one_by_one(servicer.stream(name, request, timeout, when_gone))

    request_class = GetMessageClass(method.input_type)
    if method.server_streaming:
        return StreamCall(name=name, request_class=request_class, pool=pool, answers=answers)
    safe = method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
    return UnaryCall(name=name, request_class=request_class, pool=pool, safe=safe, answer=answer)


def _check_health(gate: Gate, request: Message, _timeout: float | None) -> Message:
    assert isinstance(request, health_pb2.HealthCheckRequest)  # noqa: S101  # as its call says
    if request.service not in HEALTH_NAMES:
        # As the health protocol has it: its callers know nothing of our reasons.
        raise CallFailed(Status(code=NOT_FOUND, message=f'There is no service "{request.service[:60]}".'))
    response: Message = health_pb2.HealthCheckResponse(
        status=health_pb2.HealthCheckResponse.SERVING if gate.is_open else health_pb2.HealthCheckResponse.NOT_SERVING
    )
    return response
