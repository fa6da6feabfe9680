"""Checks on a request's fields; all that is wrong with it is reported at once."""

import math
from collections.abc import Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.limits import MAX_DEPTH, MAX_LABELS, MAX_TEXT

_MAX_SECONDS = 315_576_000_000
"""Largest absolute number of seconds of a google.protobuf.Duration: 10,000 years."""


class Checks:
    """Collects what is wrong with a request."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def refuse(self, path: str, message: str) -> None:
        """Note a field at fault."""
        self.violations.append(Violation(path, message))

    def done(self, reason: Reason = Reason.INVALID_REQUEST) -> None:
        """Refuse the request if anything was noted.

        Raises:
            ServiceError: With the reason given and every violation.
        """
        if self.violations:
            raise refusal(reason, self.violations)

    def text(self, path: str, value: str, *, required: bool = False) -> str:
        """Check a short text."""
        if required and not value:
            self.refuse(path, "Required; nothing is given.")
        if len(value) > MAX_TEXT:
            self.refuse(path, f"{len(value)} characters are given; at most {MAX_TEXT} are allowed.")
        return value

    def labels(self, path: str, labels: Mapping[str, str]) -> dict[str, str]:
        """Check labels."""
        if len(labels) > MAX_LABELS:
            self.refuse(path, f"{len(labels)} labels are given; at most {MAX_LABELS} are allowed.")
            return {}
        for key, value in labels.items():
            if not key:
                self.refuse(path, "An empty key is given; a label needs a name.")
            self.text(f"{path}.{key[:MAX_TEXT]}", key)
            self.text(f"{path}.{key[:MAX_TEXT]}", value)
        return dict(labels)

    def at_least(self, path: str, value: int, minimum: int) -> int:
        """Check the lower bound of a whole number."""
        if value < minimum:
            self.refuse(path, f"{value} is given; at least {minimum} is allowed.")
        return value

    def finite(self, path: str, value: float) -> float:
        """Check that a number is one."""
        if not math.isfinite(value):
            self.refuse(path, f"{value} is given; expected is a finite number.")
        return value

    def seconds(self, path: str, duration: Duration, *, positive: bool) -> float:
        """Check a duration, above or at least 0, and return it in seconds."""
        seconds, nanos = duration.seconds, duration.nanos
        if abs(nanos) >= 1_000_000_000 or abs(seconds) > _MAX_SECONDS or seconds * nanos < 0:
            self.refuse(path, f"{seconds} s and {nanos} ns are given; expected are nanos of the same sign, below 1e9.")
            return 0.0
        total = seconds + nanos / 1e9
        if total < 0 or (positive and total == 0):
            self.refuse(path, f"{total:g} s is given; expected is {'more than' if positive else 'at least'} 0 s.")
        return total

    def json(self, path: str, value: Any, depth: int = MAX_DEPTH) -> Any:
        """Check that every number within a JSON value is one, and that it is not too deep to be stored."""
        if isinstance(value, float):
            self.finite(path, value)
        elif isinstance(value, Mapping | list) and not depth:
            self.refuse(path, f"More than {MAX_DEPTH} groups of fields or lists are within each other.")
        elif isinstance(value, Mapping):
            for name, entry in value.items():
                self.json(f"{path}.{name}", entry, depth - 1)
        elif isinstance(value, list):
            for i, entry in enumerate(value):
                self.json(f"{path}[{i}]", entry, depth - 1)
        return value


def refusal(reason: Reason, violations: list[Violation]) -> ServiceError:
    """Make the error that reports violations."""
    first = f"{violations[0].path}: {violations[0].message}"
    more = len(violations) - 1
    rest = f" ({more} more {'mistake' if more == 1 else 'mistakes'} in the details.)" if more else ""
    return ServiceError(reason, first + rest, violations=violations)
