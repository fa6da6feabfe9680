"""Server reflection with comments, in both of its versions.

The descriptors in generated Python code have no comments; those that buf builds do, and they are what is served.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import grpc
from google.protobuf import any_pb2, text_format
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto, FileDescriptorSet
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

_NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]
_INVALID_ARGUMENT = grpc.StatusCode.INVALID_ARGUMENT.value[0]

SERVICES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
"""Both versions have the same messages and differ in the name of their package alone."""


def method_handlers(services: Iterable[str]) -> "list[grpc.GenericRpcHandler[Any, Any]]":
    """Return gRPC's handlers of server reflection that lists the services named, and itself."""
    reflection = Reflection(_files(), sorted({*services, *SERVICES}))
    handler = grpc.stream_stream_rpc_method_handler(
        lambda requests, _context: reflection.answers(requests),
        reflection_pb2.ServerReflectionRequest.FromString,
        reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return [grpc.method_handlers_generic_handler(name, {"ServerReflectionInfo": handler}) for name in SERVICES]


def contract() -> FileDescriptorSet:
    """Return the contract's files and all that they import, with comments."""
    packed = files("aepsych_grpc.v1").joinpath("descriptors.binpb").read_bytes()
    return FileDescriptorSet.FromString(packed)


def _files() -> list[FileDescriptorProto]:
    health, reflection = _as_message(health_pb2.DESCRIPTOR), _as_message(reflection_pb2.DESCRIPTOR)
    newer = text_format.MessageToString(reflection).replace("v1alpha", "v1")
    # What is packed into errors: known to a caller, their details are more than bytes.
    packed = [error_details_pb2.DESCRIPTOR, status_pb2.DESCRIPTOR, any_pb2.DESCRIPTOR]
    known = {file.name for file in contract().file}
    errors = [_as_message(file) for file in packed if file.name not in known]
    return [*contract().file, *errors, health, reflection, text_format.Parse(newer, FileDescriptorProto())]


def _as_message(file: FileDescriptor) -> FileDescriptorProto:
    message = FileDescriptorProto()
    file.CopyToProto(message)
    return message


class Reflection:
    """Answers questions about files and the symbols in them."""

    def __init__(self, descriptors: Iterable[FileDescriptorProto], services: Iterable[str]) -> None:
        self._files = {file.name: file for file in descriptors}
        self._homes = {symbol: file for file in self._files.values() for symbol in _symbols(file)}
        self._services = tuple(services)

    def answers(
        self, requests: Iterable[reflection_pb2.ServerReflectionRequest]
    ) -> Iterator[reflection_pb2.ServerReflectionResponse]:
        """Answer each request of a stream."""
        for request in requests:
            response = self._answer(request)
            response.valid_host = request.host
            response.original_request.CopyFrom(request)
            yield response

    def _answer(self, request: reflection_pb2.ServerReflectionRequest) -> reflection_pb2.ServerReflectionResponse:
        match request.WhichOneof("message_request"):
            case "file_by_filename":
                return self._file(request.file_by_filename, self._files)
            case "file_containing_symbol":
                return self._file(request.file_containing_symbol, self._homes)
            case "list_services":
                services = [reflection_pb2.ServiceResponse(name=name) for name in self._services]
                listed = reflection_pb2.ListServiceResponse(service=services)
                return reflection_pb2.ServerReflectionResponse(list_services_response=listed)
            case "file_containing_extension" | "all_extension_numbers_of_type":
                return _error(_NOT_FOUND, "The contract has no extensions.")
            case _:
                return _error(_INVALID_ARGUMENT, "The request asks nothing.")

    def _file(self, name: str, index: Mapping[str, FileDescriptorProto]) -> reflection_pb2.ServerReflectionResponse:
        if name not in index:
            return _error(_NOT_FOUND, f"There is no {name}.")
        found: dict[str, FileDescriptorProto] = {}
        self._collect(index[name], found)
        encoded = [file.SerializeToString() for file in found.values()]
        answer = reflection_pb2.FileDescriptorResponse(file_descriptor_proto=encoded)
        return reflection_pb2.ServerReflectionResponse(file_descriptor_response=answer)

    def _collect(self, file: FileDescriptorProto, found: dict[str, FileDescriptorProto]) -> None:
        if file.name not in found:
            found[file.name] = file
            for dependency in file.dependency:
                self._collect(self._files[dependency], found)


def _error(code: int, message: str) -> reflection_pb2.ServerReflectionResponse:
    error = reflection_pb2.ErrorResponse(error_code=code, error_message=message)
    return reflection_pb2.ServerReflectionResponse(error_response=error)


def _symbols(file: FileDescriptorProto) -> Iterator[str]:
    for message in file.message_type:
        yield from _message_symbols(message, file.package)
    for enum in file.enum_type:
        yield from _enum_symbols(enum, file.package)
    for service in file.service:
        yield f"{file.package}.{service.name}"
        yield from (f"{file.package}.{service.name}.{method.name}" for method in service.method)


def _message_symbols(message: DescriptorProto, scope: str) -> Iterator[str]:
    name = f"{scope}.{message.name}"
    yield name
    yield from (f"{name}.{field.name}" for field in message.field)
    yield from (f"{name}.{oneof.name}" for oneof in message.oneof_decl)
    for nested in message.nested_type:
        yield from _message_symbols(nested, name)
    for enum in message.enum_type:
        yield from _enum_symbols(enum, name)


def _enum_symbols(enum: EnumDescriptorProto, scope: str) -> Iterator[str]:
    yield f"{scope}.{enum.name}"
    yield from (f"{scope}.{value.name}" for value in enum.value)
