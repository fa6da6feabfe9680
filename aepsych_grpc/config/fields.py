"""A message filled from the tree of a config file, in the proto's JSON form; every mistake is found, with its line.

Unquoted scalars follow YAML 1.2: `yes` is a text, `010` is ten, `1e-3` is a number.
"""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from aepsych_grpc.config.violation import Violation, shown, unknown_field

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_JSON_NUMBER = re.compile(r"-?Infinity|NaN")
_SMALLEST_INT, _LARGEST_INT = -(2**31), 2**31 - 1


class FieldReader:
    """Fills messages and remembers where each field was.

    Attributes:
        lines: Line of each field and list entry by path.
        violations: The mistakes found so far.
        unknown: Paths of the fields that there are none of.
    """

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.violations: list[Violation] = []
        self.unknown: set[str] = set()

    def read(self, node: Node, message: Message, path: str) -> None:
        """Fill the message from a mapping of its fields; what is at fault stays unset."""
        if not isinstance(node, MappingNode):
            self._refuse(node, path, _expected_fields(node, message))
            return
        fields = message.DESCRIPTOR.fields_by_name
        aliases = {alias: name for name, field in fields.items() for alias in (name, str(field.json_name))}
        chosen: dict[str, str] = {}
        for key, value in self._entries(node, path, aliases):
            name = aliases.get(str(key.value), str(key.value))
            at = f"{path}.{name}"
            if name not in fields:
                self.unknown.add(at)
                self._refuse(key, at, unknown_field(name, fields))
                continue
            group = fields[name].containing_oneof
            other = chosen.setdefault(group.name, name) if group else name
            if other != name:
                self._refuse(key, at, f"Given together with {shown(other)}; only one of the two can be.")
            else:
                self._read_field(value, message, name, at)

    def _entries(self, node: MappingNode, path: str, aliases: Mapping[str, str]) -> Iterator[tuple[ScalarNode, Node]]:
        """Go through a mapping, refusing keys that are no names or that come twice."""
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._refuse(key, path, "Expected is a name before the colon.")
                continue
            at = f"{path}.{aliases.get(key.value, key.value)}"
            if at in self.lines:
                self._refuse(key, at, f"Given already in line {self.lines[at]}; keep one.")
                continue
            self.lines[at] = key.start_mark.line + 1
            yield key, value

    def _read_field(self, node: Node, message: Message, name: str, path: str) -> None:
        field = message.DESCRIPTOR.fields_by_name[name]
        if _is_null(node):
            if field.message_type and not field.is_repeated and not node.value:
                self._refuse(node, path, f"Nothing is given; write {name}: {{}} for all defaults, or leave it out.")
        elif field.message_type and field.message_type.GetOptions().map_entry:
            self._read_texts(node, getattr(message, name), path)
        elif field.is_repeated:
            self._read_list(node, message, name, path)
        elif field.message_type:
            getattr(message, name).SetInParent()
            self._read_message(node, getattr(message, name), path)
        else:
            value = self._scalar(node, field.type, path)
            if value is not None:
                setattr(message, name, value)

    def _read_list(self, node: Node, message: Message, name: str, path: str) -> None:
        if not isinstance(node, SequenceNode):
            self._refuse(node, path, f"{_given(node)}; expected is a list: [...], or lines that begin with '- '.")
            return
        field, entries = message.DESCRIPTOR.fields_by_name[name], getattr(message, name)
        for i, entry in enumerate(node.value):
            at = f"{path}[{i}]"
            self.lines[at] = entry.start_mark.line + 1
            if field.message_type:
                self._read_message(entry, entries.add(), at)
            else:
                value = self._scalar(entry, field.type, at)
                if value is not None:
                    entries.append(value)

    def _read_message(self, node: Node, message: Message, path: str) -> None:
        if isinstance(message, Value):
            self._read_value(node, message, path)
        elif isinstance(message, Struct):
            self._read_struct(node, message, path)
        else:
            self.read(node, message, path)

    def _read_texts(self, node: Node, texts: MutableMapping[str, str], path: str) -> None:
        if not isinstance(node, MappingNode):
            self._refuse(node, path, f"{_given(node)}; expected are texts by name, such as {{lab: vision-2}}.")
            return
        for key, value in self._entries(node, path, {}):
            if isinstance(value, ScalarNode):
                texts[self._text(key, path)] = self._text(value, f"{path}.{key.value}")
            else:
                self._refuse(value, f"{path}.{key.value}", f"{_given(value)}; expected is a text.")

    def _read_struct(self, node: Node, message: Struct, path: str) -> None:
        if not isinstance(node, MappingNode):
            self._refuse(node, path, f"{_given(node)}; expected are values by name, such as {{name: value}}.")
            return
        for key, value in self._entries(node, path, {}):
            self._read_value(value, message.fields[self._text(key, path)], f"{path}.{key.value}")

    def _read_value(self, node: Node, message: Value, path: str) -> None:
        if isinstance(node, MappingNode):
            message.struct_value.SetInParent()
            self._read_struct(node, message.struct_value, path)
        elif isinstance(node, SequenceNode):
            message.list_value.SetInParent()
            for i, entry in enumerate(node.value):
                self.lines[f"{path}[{i}]"] = entry.start_mark.line + 1
                self._read_value(entry, message.list_value.values.add(), f"{path}[{i}]")
        elif _is_null(node):
            message.null_value = NULL_VALUE
        elif _is_plain(node) and node.value in ("true", "True", "TRUE", "false", "False", "FALSE"):
            message.bool_value = node.value[0] in "tT"
        elif _is_plain(node) and (number := _number(node.value)) is not None:
            message.number_value = number
        else:
            message.string_value = self._text(node, path)

    def _scalar(self, node: Node, kind: int, path: str) -> Any:
        """Return a string, number or bool, or None after refusing what isn't one."""
        value: Any = None
        if not isinstance(node, ScalarNode) or _is_null(node):
            expected = {FieldDescriptor.TYPE_STRING: "a text", FieldDescriptor.TYPE_BOOL: "true or false"}
            self._refuse(node, path, f"{_given(node)}; expected is {expected.get(kind, 'a number')}.")
        elif kind == FieldDescriptor.TYPE_STRING:
            value = self._text(node, path)
        elif kind == FieldDescriptor.TYPE_BOOL:
            value = {"true": True, "false": False}.get(node.value.lower()) if _is_plain(node) else None
            if value is None:
                self._refuse(node, path, f"{_given(node)}; expected is true or false.")
        else:
            value = float(node.value) if _JSON_NUMBER.fullmatch(node.value) else _number(node.value)
            if value is None:
                self._refuse(node, path, f"{_given(node)}; expected is a number.")
            elif kind == FieldDescriptor.TYPE_INT32:
                if value.is_integer() and _SMALLEST_INT <= value <= _LARGEST_INT:
                    return int(value)
                self._refuse(node, path, f"{_given(node)}; expected is a whole number, at most {_LARGEST_INT}.")
                return None
        return value

    def _text(self, node: Node, path: str) -> str:
        try:
            return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._refuse(node, path, "The text has half a character (\\ud800 to \\udfff); write the character itself.")
            return ""

    def _refuse(self, node: Node, path: str, message: str) -> None:
        self.violations.append(Violation(path, message, node.start_mark.line + 1))


def _number(text: str) -> float | None:
    return float(re.sub(r"\.(?=[iInN])", "", text)) if _NUMBER.fullmatch(text) else None


def _is_plain(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.style is None


def _is_null(node: Node) -> bool:
    return _is_plain(node) and node.value in ("", "~", "null", "Null", "NULL")


def _given(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return "Nothing is given" if _is_null(node) else f"{shown(node.value)} is given"
    return "A list is given" if isinstance(node, SequenceNode) else "A group of fields is given"


def _expected_fields(node: Node, message: Message) -> str:
    names = list(message.DESCRIPTOR.fields_by_name)
    if not names:
        return f"{_given(node)}; expected is {{}}, as it has no fields."
    example = f", such as {{name: {node.value}}}" if names[0] == "name" and isinstance(node, ScalarNode) else ""
    return f"{_given(node)}; expected are the fields {', '.join(names)}{example}."
