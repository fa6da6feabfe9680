"""Pages of the contract: messages and enums with the comments of their fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from tools.reference.docstring import cell, escaped
from tools.reference.examples import first_use
from tools.reference.yaml_block import yaml_block

_SCALARS = {
    FieldDescriptorProto.TYPE_STRING: "string",
    FieldDescriptorProto.TYPE_DOUBLE: "number",
    FieldDescriptorProto.TYPE_INT32: "integer",
    FieldDescriptorProto.TYPE_INT64: "integer",
    FieldDescriptorProto.TYPE_BOOL: "boolean",
}
_NEEDS = {"REQUIRED. ": "required", "OPTIONAL. ": ""}


@dataclass(frozen=True, slots=True)
class Contract:
    """The contract's messages and enums by name, and the pages on which messages are."""

    files: FileDescriptorSet
    pages: Mapping[str, str]

    def section(self, name: str, page: str) -> Iterator[str]:
        """Yield the lines about a message or an enum, for a page."""
        file, path, item = self._find(name)
        yield from (f"## {name}", "", escaped(_comment(file, path)), "")
        if isinstance(item, EnumDescriptorProto):
            yield from ("| value | |", "| --- | --- |")
            for i, value in enumerate(item.value):
                yield f"| `{value.name}` | {cell(escaped(_comment(file, (*path, 2, i))))} |"
            yield ""
        elif item.field:
            yield from ("| field | type | | |", "| --- | --- | --- | --- |")
            for i, field in enumerate(item.field):
                yield self._field(item, field, _comment(file, (*path, 2, i)), page)
            yield ""
        if found := first_use(name):
            yield from (f"From [{found[0]}](../../examples/{found[0]}):", "", yaml_block(found[1]), "")

    def _field(self, message: DescriptorProto, field: FieldDescriptorProto, comment: str, page: str) -> str:
        need = next((text for mark, text in _NEEDS.items() if comment.startswith(mark)), "")
        for mark in _NEEDS:
            comment = comment.removeprefix(mark)
        if field.HasField("oneof_index") and not field.proto3_optional:
            need = f"one of {message.oneof_decl[field.oneof_index].name}"
        return f"| `{field.name}` | {self._type(field, page)} | {need} | {cell(escaped(comment))} |"

    def _type(self, field: FieldDescriptorProto, page: str) -> str:
        name = field.type_name.rpartition(".")[2]
        kind = {"Value": "any value", "Struct": "values by name", "LabelsEntry": "texts by name"}.get(
            name, _SCALARS.get(field.type, f"`{name}`")
        )
        if name in self.pages:
            target = "" if self.pages[name] == page else f"{self.pages[name]}.md"
            kind = f"[{kind}]({target}#{name.lower()})"
        several = field.label == FieldDescriptorProto.LABEL_REPEATED and name != "LabelsEntry"
        return f"list of {kind}" if several else kind

    def _find(self, name: str) -> tuple[FileDescriptorProto, tuple[int, ...], DescriptorProto | EnumDescriptorProto]:
        for file in self.files.file:
            kinds: Sequence[tuple[int, Sequence[DescriptorProto | EnumDescriptorProto]]] = (
                (4, file.message_type),
                (5, file.enum_type),
            )
            for number, items in kinds:
                for i, item in enumerate(items):
                    if item.name == name and PurePosixPath(file.name).parts[0] == "aepsych_grpc":
                        return file, (number, i), item
        raise KeyError(name)


def _comment(file: FileDescriptorProto, path: tuple[int, ...]) -> str:
    location = next((item for item in file.source_code_info.location if tuple(item.path) == path), None)
    return " ".join(location.leading_comments.split()) if location else ""
