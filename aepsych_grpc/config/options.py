"""Options of a catalogue entry: declared once as a frozen dataclass, from which checks and documentation follow."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from aepsych_grpc.config.violation import Violation, nearest_name

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option as the catalogue shows it. `type` is number, integer, boolean, string, or `list of` one of these."""

    name: str
    type: str
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


def option(
    default: Any,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of an options dataclass; pass `...` as default for a required option."""
    metadata = {"description": description, "minimum": minimum, "maximum": maximum, "choices": choices}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


def options_of(declaration: type) -> tuple[Option, ...]:
    """List the options that a dataclass made with `option` declares."""
    hints = get_type_hints(declaration)
    return tuple(
        Option(
            name=item.name,
            type=_type_name(hints[item.name]),
            default=None if item.default is MISSING else item.default,
            **item.metadata,
        )
        for item in fields(declaration)
    )


def _type_name(hint: Any) -> str:
    names = {float: "number", int: "integer", bool: "boolean", str: "string"}
    arguments = [argument for argument in getattr(hint, "__args__", ()) if argument not in (type(None), ...)]
    if hint in names:
        return names[hint]
    if getattr(hint, "__origin__", None) is tuple:
        return f"list of {_type_name(arguments[0])}"
    return _type_name(arguments[0])


def read_options(declaration: type[T], given: Mapping[str, Any], path: str) -> tuple[T | None, list[Violation]]:
    """Build an options dataclass from given values.

    Returns:
        The options and no violations, or None and every violation found. Violations' paths start with `path`.
    """
    declared = {item.name: item for item in options_of(declaration)}
    violations = [
        Violation(f"{path}.{name}", f'unknown option "{name}"; allowed: {", ".join(declared) or "none"}.'
                  + nearest_name(name, declared))
        for name in given
        if name not in declared
    ]
    values: dict[str, Any] = {}
    required = {item.name for item in fields(declaration) if item.default is MISSING}  # type: ignore[arg-type]
    for name, item in declared.items():
        if given.get(name) is None:
            if name in required:
                violations.append(Violation(f"{path}.{name}", f"required: {item.description}"))
            continue
        value, problem = _read(given[name], item)
        if problem:
            violations.append(Violation(f"{path}.{name}", problem))
        values[name] = value
    return (None, violations) if violations else (declaration(**values), [])


def _read(value: Any, item: Option) -> tuple[Any, str]:
    if item.type.startswith("list of "):
        if not isinstance(value, list | tuple):
            return None, f"{value!r} given; a list is expected."
        inner = item.type.removeprefix("list of ")
        read = [_read_scalar(entry, item, inner) for entry in value]
        problems = " ".join(f"[{i}] {problem}" for i, (_, problem) in enumerate(read) if problem)
        return tuple(entry for entry, _ in read), problems
    return _read_scalar(value, item, item.type)


def _read_scalar(value: Any, item: Option, kind: str) -> tuple[Any, str]:
    if kind == "boolean":
        return (value, "") if isinstance(value, bool) else (None, f"{value!r} given; true or false is expected.")
    if kind == "string":
        if not isinstance(value, str):
            return None, f"{value!r} given; a string is expected."
        if item.choices and value not in item.choices:
            return None, f'"{value}" given; allowed: {", ".join(item.choices)}.' + nearest_name(value, item.choices)
        return value, ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None, f"{value!r} given; a finite number is expected."
    if kind == "integer" and value != int(value):
        return None, f"{value!r} given; a whole number is expected."
    if item.minimum is not None and value < item.minimum:
        return None, f"{value!r} given; at least {item.minimum:g} is allowed."
    if item.maximum is not None and value > item.maximum:
        return None, f"{value!r} given; at most {item.maximum:g} is allowed."
    return (int(value) if kind == "integer" else float(value)), ""
