"""Reads the contract from descriptors that have their comments."""

from collections.abc import Iterable, Iterator, Sequence

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodOptions,
    ServiceDescriptorProto,
)

from tools.client_generator.contract import (
    Cardinality,
    Contract,
    EnumType,
    EnumValue,
    Field,
    Idempotency,
    Kind,
    Message,
    Method,
    Service,
)

# Numbers of fields of descriptors, of which the paths of comments are made.
_FILE_MESSAGES, _FILE_ENUMS, _FILE_SERVICES = 4, 5, 6  # FileDescriptorProto
_MESSAGE_FIELDS, _MESSAGE_MESSAGES, _MESSAGE_ENUMS = 2, 3, 4  # DescriptorProto
_VALUES = 2  # EnumDescriptorProto
_METHODS = 2  # ServiceDescriptorProto

_Path = tuple[int, ...]
_Comments = dict[_Path, str]


def read_contract(files: Iterable[FileDescriptorProto], package: str) -> Contract:
    """The contract of one package out of files, which may include those of others."""
    own = [file for file in files if file.package == package]
    found = [(file, _comments(file)) for file in own]
    return Contract(
        package=package,
        services=tuple(
            _service(service, file, index, comments)
            for file, comments in found
            for index, service in enumerate(file.service)
        ),
        messages=tuple(message for file, comments in found for message in _messages(file, comments)),
        enums=tuple(enum for file, comments in found for enum in _enums(file, comments)),
    )


def _comments(file: FileDescriptorProto) -> _Comments:
    return {
        tuple(place.path): "\n".join(line.strip() for line in place.leading_comments.strip().splitlines())
        for place in file.source_code_info.location
        if place.leading_comments
    }


def _walk(
    messages: Sequence[DescriptorProto], prefix: str, path: _Path
) -> Iterator[tuple[DescriptorProto, str, _Path]]:
    """Every message with those nested in it, but for the entries of maps."""
    for index, message in enumerate(messages):
        if not message.options.map_entry:
            name, here = f"{prefix}{message.name}", (*path, index)
            yield message, name, here
            yield from _walk(message.nested_type, f"{name}.", (*here, _MESSAGE_MESSAGES))


def _messages(file: FileDescriptorProto, comments: _Comments) -> Iterator[Message]:
    for message, name, path in _walk(file.message_type, "", (_FILE_MESSAGES,)):
        yield Message(
            name=name,
            full_name=f"{file.package}.{name}",
            file=file.name,
            comment=comments.get(path, ""),
            fields=tuple(
                _field(field, message, f"{file.package}.{name}", comments.get((*path, _MESSAGE_FIELDS, index), ""))
                for index, field in enumerate(message.field)
            ),
        )


def _field(field: FieldDescriptorProto, message: DescriptorProto, full_name: str, comment: str) -> Field:
    entries = {f"{full_name}.{entry.name}": entry for entry in message.nested_type if entry.options.map_entry}
    kind, key = _kind(field), None
    if field.proto3_optional:
        cardinality = Cardinality.OPTIONAL
    elif field.label != FieldDescriptorProto.LABEL_REPEATED:
        cardinality = Cardinality.SINGULAR
    elif kind.name in entries:
        cardinality = Cardinality.MAP
        key, kind = (_kind(part) for part in sorted(entries[kind.name].field, key=lambda part: part.number))
    else:
        cardinality = Cardinality.REPEATED
    in_oneof = field.HasField("oneof_index") and not field.proto3_optional
    return Field(
        name=field.name,
        json_name=field.json_name,
        number=field.number,
        kind=kind,
        cardinality=cardinality,
        key=key,
        oneof=message.oneof_decl[field.oneof_index].name if in_oneof else "",
        comment=comment,
    )


def _kind(field: FieldDescriptorProto) -> Kind:
    scalar = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    return Kind(scalar, field.type_name.removeprefix("."))


def _enums(file: FileDescriptorProto, comments: _Comments) -> Iterator[EnumType]:
    holders: list[tuple[Sequence[EnumDescriptorProto], str, _Path]] = [(file.enum_type, "", (_FILE_ENUMS,))]
    for message, name, path in _walk(file.message_type, "", (_FILE_MESSAGES,)):
        holders.append((message.enum_type, f"{name}.", (*path, _MESSAGE_ENUMS)))
    for enums, prefix, path in holders:
        for index, enum in enumerate(enums):
            here = (*path, index)
            yield EnumType(
                name=f"{prefix}{enum.name}",
                full_name=f"{file.package}.{prefix}{enum.name}",
                file=file.name,
                comment=comments.get(here, ""),
                values=tuple(
                    EnumValue(value.name, value.number, comments.get((*here, _VALUES, position), ""))
                    for position, value in enumerate(enum.value)
                ),
            )


def _service(service: ServiceDescriptorProto, file: FileDescriptorProto, index: int, comments: _Comments) -> Service:
    path = (_FILE_SERVICES, index)
    return Service(
        name=service.name,
        full_name=f"{file.package}.{service.name}",
        file=file.name,
        comment=comments.get(path, ""),
        methods=tuple(
            Method(
                name=method.name,
                comment=comments.get((*path, _METHODS, position), ""),
                request=method.input_type.removeprefix("."),
                response=method.output_type.removeprefix("."),
                client_streaming=method.client_streaming,
                server_streaming=method.server_streaming,
                idempotency=_idempotency(method.options),
            )
            for position, method in enumerate(service.method)
        ),
    )


def _idempotency(options: MethodOptions) -> Idempotency:
    name = MethodOptions.IdempotencyLevel.Name(options.idempotency_level).lower()
    return Idempotency.UNKNOWN if name == "idempotency_unknown" else Idempotency(name)
