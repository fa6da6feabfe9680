"""Checks on a request's fields; all that is wrong with it is reported at once."""

import math
from collections.abc import Mapping
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Value as ValueMessage

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.limits import MAX_LABELS, MAX_TEXT

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

    def stimulus(self, path: str, values: Mapping[str, ValueMessage]) -> dict[str, Value]:
        """Read parameter values: finite numbers, strings and bools."""
        read: dict[str, Value] = {}
        for name, value in values.items():
            kind = value.WhichOneof("kind")
            if kind == "number_value":
                read[name] = self.finite(f"{path}.{name}", value.number_value)
            elif kind == "string_value":
                read[name] = value.string_value
            elif kind == "bool_value":
                read[name] = value.bool_value
            else:
                given = {"list_value": "A list", "struct_value": "A group of fields"}.get(str(kind), "Nothing (null)")
                self.refuse(f"{path}.{name}", f"{given} is given; expected is a number, a text, true or false.")
        return read

    def json(self, path: str, values: Mapping[str, ValueMessage]) -> dict[str, Any]:
        """Read JSON values of any kind; numbers must be finite."""
        return {name: self._json(f"{path}.{name}", value) for name, value in values.items()}

    def _json(self, path: str, value: ValueMessage) -> Any:
        match value.WhichOneof("kind"):
            case "number_value":
                return self.finite(path, value.number_value)
            case "string_value":
                return value.string_value
            case "bool_value":
                return value.bool_value
            case "list_value":
                return [self._json(f"{path}[{i}]", entry) for i, entry in enumerate(value.list_value.values)]
            case "struct_value":
                return self.json(path, value.struct_value.fields)
            case _:
                return None


def refusal(reason: Reason, violations: list[Violation]) -> ServiceError:
    """Make the error that reports violations."""
    first = f"{violations[0].path}: {violations[0].message}"
    more = len(violations) - 1
    rest = f" ({more} more {'mistake' if more == 1 else 'mistakes'} in the details.)" if more else ""
    return ServiceError(reason, first + rest, violations=violations)
