"""What is wrong with a config or a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

LONGEST_SHOWN = 60
"""Characters of a given text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A field at fault.

    Attributes:
        path: The field, such as `config.parameters[2].continuous.lower_bound`.
        message: What was given, what is allowed, and what to do.
        line: Line of the file that the config was read from; 0 when there is none.
    """

    path: str
    message: str
    line: int = 0


class InvalidConfigError(ValueError):
    """A config that can't be run, with all of its mistakes and the file that it was read from, if any."""

    def __init__(self, violations: Iterable[Violation], file: str = "") -> None:
        self.violations = tuple(violations)
        self.file = file
        super().__init__("\n".join(self._place(violation) + violation.message for violation in self.violations))

    def _place(self, violation: Violation) -> str:
        path = f"{violation.path}: " if violation.path else ""
        return f"{self.file}:{violation.line}: {path.removeprefix('config.')}" if self.file else path


def nearest_name(given: str, allowed: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the allowed name nearest to the given one, or nothing when none is near."""
    near = get_close_matches(given, list(allowed), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""


def unknown_field(given: str, known: Iterable[str]) -> str:
    """Return what is wrong with a field that there is none of, and which there are."""
    names = list(known)
    return f"There is no field {shown(given)} here; known: {', '.join(names) or 'none'}." + nearest_name(given, names)


def shown(value: Any) -> str:
    """Return a given value as messages show it: `2.5`, `true`, `"text"`, `a list`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).removesuffix(".0")
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= LONGEST_SHOWN else f'"{value[:LONGEST_SHOWN]}..."'
    return "a list" if isinstance(value, list | tuple) else "a group of fields"


def with_article(noun: str) -> str:
    """Return `a model`, `an acquisition`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
