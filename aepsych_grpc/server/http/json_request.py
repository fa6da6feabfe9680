"""A request from JSON, as protobuf maps it, except that no field is passed over: every mistake is found, with its path.

Numbers may be NaN or Infinity, quoted or not: whether a field takes them is for the service to say, as for any request.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from aepsych_grpc.config.violation import Violation, nearest_name, shown, unknown_field
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.checks import refusal

M = TypeVar("M", bound=Message)
T = TypeVar("T")

MAX_DEPTH = 30
"""Objects and lists within each other: about what protobuf's binary form takes."""

_HALF_A_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?|NaN|-?Infinity", re.ASCII)
_EXAMPLES = {Duration: 'a duration in seconds, such as "1.5s"', Timestamp: 'a time, such as "2026-01-31T12:00:00Z"'}
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1


def read_json(message_class: type[M], text: bytes) -> M:
    """Read a message.

    Raises:
        ServiceError: INVALID_REQUEST, with the path of every field at fault.
    """
    tree = _tree(text)
    name = message_class.DESCRIPTOR.name
    if not isinstance(tree, dict):
        raise _refused(f"{_given(tree)}; expected is an object with the fields of {name}.")
    message, reader = message_class(), _Reader()
    reader.fields(tree, message, "", MAX_DEPTH)
    if reader.violations:
        raise refusal(Reason.INVALID_REQUEST, reader.violations)
    return message


def _tree(text: bytes) -> Any:
    if not text.strip():
        raise _refused("The request is empty; send {} for one without fields.")
    try:
        tree = json.loads(text.decode(), object_pairs_hook=_without_duplicates)
        if _HALF_A_CHARACTER.search(text):
            json.dumps(tree, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"The request is no JSON: {error.msg} in {at}.") from None
    except UnicodeDecodeError:
        raise _refused("The request is no JSON: it is not in UTF-8.") from None
    except UnicodeEncodeError:
        half = "The request has half a character (\\ud800 to \\udfff); write the character itself."
        raise _refused(half) from None
    except RecursionError:
        raise _refused(f"The request has more than {MAX_DEPTH} objects or lists within each other.") from None
    except ValueError as error:  # a number with thousands of digits
        raise _refused(f"The request is no JSON: {error}.") from None
    return tree


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _refused(f"{shown(twice.encode(errors='replace').decode())} is given twice in one object; keep one.")
    return tree


def _refused(message: str) -> ServiceError:
    return ServiceError(Reason.INVALID_REQUEST, message)


@cache
def _names(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields by each of their names: the contract's, and the one with humps."""
    return {name: field for field in descriptor.fields for name in (field.json_name, field.name)}


class _Reader:
    """Fills messages, and notes what is at fault and stays unset."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def fields(self, given: Mapping[str, Any], message: Message, path: str, depth: int) -> None:
        """Fill a message from an object."""
        names, seen = _names(message.DESCRIPTOR), dict[str, str]()
        for key, value in given.items():
            field = names.get(key)
            at = f"{path}.{field.name if field else key}" if path else field.name if field else key
            if field is None:
                self._refuse(at, unknown_field(key, message.DESCRIPTOR.fields_by_name))
                continue
            group = field.containing_oneof
            if value is None and not _takes_null(field):
                continue
            other = seen.setdefault(group.name if group else field.name, key)
            if other != key:
                both = "the same field" if names[other] is field else "only one of the two can be"
                self._refuse(at, f"Given together with {shown(other)}; {both}.")
            else:
                self._field(value, message, field, at, depth)

    def _field(self, given: Any, message: Message, field: FieldDescriptor, path: str, depth: int) -> None:
        name = field.name
        if field.message_type and field.message_type.GetOptions().map_entry:
            self._map(given, getattr(message, name), field.message_type, path, depth)
        elif field.is_repeated:
            self._list(given, getattr(message, name), field, path, depth)
        elif field.message_type:
            part = getattr(message, name)
            part.SetInParent()
            self._message(given, part, path, depth)
        else:
            value = self._scalar(given, field, path)
            if value is not None:
                setattr(message, name, value)

    def _map(self, given: Any, entries: Any, entry: Descriptor, path: str, depth: int) -> None:
        if not isinstance(given, dict):
            self._refuse(path, f"{_given(given)}; expected are values by name, such as {{name: value}}.")
            return
        field = entry.fields_by_name["value"]
        for key, value in given.items():
            if field.message_type:
                self._message(value, entries[key], f"{path}.{key}", depth)
            else:
                scalar = self._scalar(value, field, f"{path}.{key}")
                if scalar is not None:
                    entries[key] = scalar

    def _list(self, given: Any, entries: Any, field: FieldDescriptor, path: str, depth: int) -> None:
        if not isinstance(given, list):
            self._refuse(path, f"{_given(given)}; expected is a list.")
            return
        for i, value in enumerate(given):
            if field.message_type:
                self._message(value, entries.add(), f"{path}[{i}]", depth)
            else:
                scalar = self._scalar(value, field, f"{path}[{i}]")
                if scalar is not None:
                    entries.append(scalar)

    def _message(self, given: Any, message: Message, path: str, depth: int) -> None:
        if isinstance(message, Value):
            self._value(given, message, path, depth)
        elif isinstance(message, Duration | Timestamp):
            self._time(given, message, path)
        elif depth < 1:
            self._refuse(path, f"There are more than {MAX_DEPTH} objects or lists within each other.")
        elif isinstance(message, ListValue):
            self._list(given, message.values, message.DESCRIPTOR.fields_by_name["values"], path, depth - 1)
        elif not isinstance(given, dict):
            expected = "values by name" if isinstance(message, Struct) else ", ".join(message.DESCRIPTOR.fields_by_name)
            self._refuse(path, f"{_given(given)}; expected is an object with {expected or 'no fields'}.")
        elif isinstance(message, Struct):
            for key, value in given.items():
                self._value(value, message.fields[key], f"{path}.{key}", depth - 1)
        else:
            self.fields(given, message, path, depth - 1)

    def _value(self, given: Any, message: Value, path: str, depth: int) -> None:
        if given is None:
            message.null_value = NULL_VALUE
        elif isinstance(given, bool):
            message.bool_value = given
        elif isinstance(given, int | float):
            number = self._number(given, path)
            if number is not None:
                message.number_value = number
        elif isinstance(given, str):
            message.string_value = given
        else:
            part = message.struct_value if isinstance(given, dict) else message.list_value
            part.SetInParent()
            self._message(given, part, path, depth)

    def _time(self, given: Any, message: Duration | Timestamp, path: str) -> None:
        try:
            message.FromJsonString(given if isinstance(given, str) else "")
        except ValueError:
            self._refuse(path, f"{_given(given)}; expected is {_EXAMPLES[type(message)]}.")

    def _scalar(self, given: Any, field: FieldDescriptor, path: str) -> Any:
        """Return what a field takes, or None after refusing what it doesn't."""
        kind = field.cpp_type
        if kind == FieldDescriptor.CPPTYPE_INT32:
            return self._converted(given, _whole, f"a whole number from {_SMALLEST} to {_LARGEST}", path)
        if kind == FieldDescriptor.CPPTYPE_DOUBLE:
            return self._number(given, path)
        if field.enum_type:
            return self._enum(given, field.enum_type, path)
        if kind == FieldDescriptor.CPPTYPE_BOOL:
            return self._of_type(given, bool, "true or false", path)
        return self._of_type(given, str, "a text", path)

    def _of_type(self, given: Any, kind: type, expected: str, path: str) -> Any:
        if isinstance(given, kind):
            return given
        self._refuse(path, f"{_given(given)}; expected is {expected}.")
        return None

    def _number(self, given: Any, path: str) -> float | None:
        return self._converted(given, float, "a number", path)

    def _converted(self, given: Any, convert: Callable[[Any], T], expected: str, path: str) -> T | None:
        numeric = isinstance(given, int | float) and not isinstance(given, bool)
        if numeric or (isinstance(given, str) and _NUMBER.fullmatch(given)):
            try:
                return convert(given)
            except (ValueError, OverflowError):
                pass
        self._refuse(path, f"{_given(given)}; expected is {expected}.")
        return None

    def _enum(self, given: Any, kind: EnumDescriptor, path: str) -> int | None:
        values = kind.values_by_name
        if isinstance(given, str) and given in values:
            return int(values[given].number)
        if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**31:
            return given
        near = nearest_name(given, values) if isinstance(given, str) else ""
        self._refuse(path, f"{_given(given)}; expected is one of {', '.join(values)}.{near}")
        return None

    def _refuse(self, path: str, message: str) -> None:
        self.violations.append(Violation(path, message))


def _whole(given: float | str) -> int:
    number = float(given)
    if not number.is_integer() or not _SMALLEST <= number <= _LARGEST:
        raise ValueError
    return int(number)


def _takes_null(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == Value.DESCRIPTOR.full_name


def _given(value: Any) -> str:
    return f"{shown(value)[:1].upper()}{shown(value)[1:]} is given"
