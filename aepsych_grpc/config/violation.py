"""What is wrong with a config or a request."""

from dataclasses import dataclass
from difflib import get_close_matches
from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Violation:
    """A field at fault.

    Attributes:
        path: The field, such as `config.parameters[2].continuous.lower_bound`.
        message: What was given, what is allowed, and what to do.
    """

    path: str
    message: str


class InvalidConfigError(ValueError):
    """A config that can't be run, with all of its mistakes."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(f"{violation.path}: {violation.message}" for violation in self.violations))


def nearest_name(given: str, allowed: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the allowed name nearest to the given one, or nothing when none is near."""
    near = get_close_matches(given, list(allowed), n=1)
    return f' Did you mean "{near[0]}"?' if near else ""
