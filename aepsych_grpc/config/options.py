"""Options of a catalogue entry: declared once as a frozen dataclass, from which checks and documentation follow.

| type hint of the field | type shown in the catalogue |
| --- | --- |
| `float`, `int`, `bool`, `str` | number, integer, boolean, string |
| `Mapping[str, Value]` | stimulus: values by parameter name, checked against the experiment's parameters |
| a dataclass made with `option` | group: options of its own, which the description names |
| `tuple[T, ...]` | list of T |
| `T | None` | as T; None stands for "left out" |
"""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any, TypeAlias, TypeVar, get_type_hints

from aepsych_grpc.config.violation import Violation, nearest_name, shown

T = TypeVar("T")

Declaration: TypeAlias = type[Any]
"""A dataclass made with `option`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option as the catalogue shows it; `type` as in the table above, `group` the dataclass of a group."""

    name: str
    type: str
    required: bool
    default: Any
    description: str
    example: Any = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    group: Declaration | None = None


def option(
    default: Any,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    example: Any = None,
) -> Any:
    """Declare a field of an options dataclass; pass `...` as default for a required option, and give it an example."""
    metadata = {
        "description": description,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
        "example": example,
    }
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


def options_of(declaration: Declaration) -> tuple[Option, ...]:
    """List the options that a dataclass made with `option` declares."""
    hints = get_type_hints(declaration)
    return tuple(_option(item, hints[item.name]) for item in fields(declaration))


def _option(item: Field[Any], hint: Any) -> Option:
    group = next((part for part in (hint, *_arguments(hint)) if isinstance(part, type) and is_dataclass(part)), None)
    told = dict(item.metadata)
    if group is not None:
        parts = "; ".join(f"{one.name} ({one.type}): {one.description}" for one in options_of(group))
        told["description"] = f"{told['description']} Each has {parts}"
    default = None if item.default is MISSING else item.default
    return Option(
        name=item.name, type=_type_name(hint), required=item.default is MISSING, default=default, group=group, **told
    )


def given_by(options: Any) -> dict[str, Any]:
    """Return an options dataclass as a config gives it: values by name, groups as mappings; what is None left out."""
    values = {item.name: getattr(options, item.name) for item in fields(options)}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return given_by(value)
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _arguments(hint: Any) -> list[Any]:
    return [argument for argument in getattr(hint, "__args__", ()) if argument not in (type(None), ...)]


def _type_name(hint: Any) -> str:
    names = {float: "number", int: "integer", bool: "boolean", str: "string"}
    arguments = _arguments(hint)
    if hint in names:
        return names[hint]
    if is_dataclass(hint):
        return "group"
    if getattr(hint, "__origin__", None) is tuple:
        return f"list of {_type_name(arguments[0])}"
    if getattr(hint, "__origin__", None) is Mapping:
        return "stimulus"
    return _type_name(arguments[0])


def read_options(declaration: type[T], given: Mapping[str, Any], path: str) -> tuple[T | None, list[Violation]]:
    """Build an options dataclass from given values.

    Returns:
        The options and no violations, or None and every violation found. Violations' paths start with `path`.
    """
    declared = {item.name: item for item in options_of(declaration)}
    violations = [
        Violation(
            f"{path}.{name}",
            f"There is no option {shown(name)}; allowed: {', '.join(declared) or 'none'}."
            + nearest_name(name, declared),
        )
        for name in given
        if name not in declared
    ]
    values: dict[str, Any] = {}
    for name, item in declared.items():
        if given.get(name) is None:
            if item.required:
                violations.append(Violation(f"{path}.{name}", f"Required: {item.description}"))
        elif item.type.startswith("list of "):
            values[name] = _read_list(given[name], item, f"{path}.{name}", violations)
        else:
            values[name] = _read_one(given[name], item, item.type, f"{path}.{name}", violations)
    return (None, violations) if violations else (declaration(**values), [])


def _read_list(value: Any, item: Option, path: str, violations: list[Violation]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        violations.append(Violation(path, f"{shown(value)} is given; expected is a {item.type}."))
        return ()
    kind = item.type.removeprefix("list of ")
    return tuple(_read_one(entry, item, kind, f"{path}[{i}]", violations) for i, entry in enumerate(value))


def _read_one(value: Any, item: Option, kind: str, path: str, violations: list[Violation]) -> Any:
    problem = _problem(value, item, kind)
    if problem:
        violations.append(Violation(path, f"{shown(value)} is given; {problem}"))
        return None
    if item.group is not None:
        read, found = read_options(item.group, value, path)
        violations.extend(found)
        return read
    if kind == "stimulus":
        return dict(value)
    return {"integer": int, "number": float}.get(kind, lambda same: same)(value)


def _problem(value: Any, item: Option, kind: str) -> str:
    """Say what is wrong with a value; nothing when it is right."""
    if kind == "boolean":
        return "" if isinstance(value, bool) else "expected is true or false."
    if kind == "stimulus":
        return "" if isinstance(value, Mapping) else "expected are values by parameter name, such as {contrast: 0.3}."
    if kind == "group":
        names = ", ".join(one.name for one in options_of(item.group)) if item.group else ""
        return "" if isinstance(value, Mapping) else f"expected is a group of {names}."
    if kind == "string":
        if not isinstance(value, str):
            return "expected is a text."
        if item.choices and value not in item.choices:
            return f"allowed: {', '.join(item.choices)}." + nearest_name(value, item.choices)
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "expected is a finite number."
    if kind == "integer" and value != int(value):
        return "expected is a whole number."
    if item.minimum is not None and value < item.minimum:
        return f"expected is at least {shown(item.minimum)}."
    if item.maximum is not None and value > item.maximum:
        return f"expected is at most {shown(item.maximum)}."
    return ""
