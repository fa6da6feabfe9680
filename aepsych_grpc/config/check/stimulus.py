"""A stimulus: a value for every parameter, of its type and within its bounds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aepsych_grpc.config import parameter
from aepsych_grpc.config.violation import Violation, nearest_name, shown


def check_stimulus(
    values: Mapping[str, Any], parameters: Sequence[parameter.Parameter], path: str
) -> Iterator[Violation]:
    """Check the values of a stimulus by parameter name; fixed parameters may be left out."""
    known = {item.name: item.kind for item in parameters}
    for name in values:
        if name not in known:
            message = f"There is no parameter {shown(name)}; known: {', '.join(known)}."
            yield Violation(f"{path}.{name}", message + nearest_name(name, known))
    for name, kind in known.items():
        if name in values:
            problem = why_not_of_type(values[name], kind) or why_out_of_bounds(values[name], kind)
            if problem:
                yield Violation(f"{path}.{name}", f"{shown(values[name])} is given; {problem}")
        elif not isinstance(kind, parameter.Fixed):
            yield Violation(f"{path}.{name}", f"Required: a value of the parameter {shown(name)}.")


def why_not_of_type(value: Any, kind: parameter.Kind) -> str:
    """Say what values are expected when this one could never belong to such a parameter; nothing when it could."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    match kind:
        case parameter.Continuous() | parameter.Discrete():
            return "" if is_number else "expected is a finite number."
        case parameter.Integer():
            return "" if is_number and value == int(value) else "expected is a whole number."
        case parameter.Binary():
            return "" if isinstance(value, bool) or value in (0, 1) else "expected is true or false."
        case parameter.Categorical(choices=choices):
            if isinstance(value, str) and value in choices:
                return ""
            return f"expected is one of {', '.join(choices)}." + (
                nearest_name(value, choices) if isinstance(value, str) else ""
            )
        case parameter.Fixed(value=constant):
            same = value == constant and isinstance(value, bool) == isinstance(constant, bool)
            return "" if same else f"the parameter is fixed at {shown(constant)}."


def why_out_of_bounds(value: Any, kind: parameter.Kind) -> str:
    """Say what is allowed when a value of the right type lies outside it; nothing when it is inside."""
    match kind:
        case (
            parameter.Continuous(lower_bound=lower, upper_bound=upper)
            | parameter.Integer(lower_bound=lower, upper_bound=upper)
        ) if not lower <= value <= upper:
            return f"allowed is {shown(lower)} to {shown(upper)}."
        case parameter.Discrete(values=allowed) if value not in allowed:
            nearest = sorted(sorted(allowed, key=lambda one: abs(one - value))[:2])
            return f"the nearest allowed values are {' and '.join(map(shown, nearest))}."
        case _:
            return ""
