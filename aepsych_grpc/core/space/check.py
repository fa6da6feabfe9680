"""What a stimulus must be: a value for every parameter, of its type and within its bounds."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config import parameter
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.parameter import Parameter, Value
from aepsych_grpc.config.violation import Violation, nearest_name, shown

MOST_LISTED = 8
"""Values of a discrete parameter that a message lists."""


@dataclass(frozen=True, slots=True)
class CheckedStimulus:
    """A stimulus that was checked.

    Attributes:
        values: Its values in the parameters' own types and order, fixed ones filled in. Complete when nothing is
            malformed; holds values out of bounds too.
        malformed: Unknown and missing parameters, values of the wrong type, numbers that aren't finite: never allowed.
        out_of_bounds: Values that the parameter doesn't have, where that isn't allowed.
    """

    values: Mapping[str, Value]
    malformed: tuple[Violation, ...]
    out_of_bounds: tuple[Violation, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.malformed and not self.out_of_bounds


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value as its parameter has it, or what is wrong with it; `strange` when it is well formed but out of bounds."""

    value: Value = 0.0
    malformed: str = ""
    strange: str = ""


def check_stimulus(
    parameters: Sequence[Parameter],
    given: Mapping[str, Any],
    path: str,
    *,
    allow_out_of_bounds: bool = False,
    partial: bool = False,
) -> CheckedStimulus:
    """Check the values of a stimulus, as JSON has them.

    Whole numbers stand for reals, 3.0 for the whole number 3, and 0 and 1 for false and true. A fixed parameter may be
    left out; any value but its own is out of bounds.

    Args:
        parameters: The experiment's parameters.
        given: Values by parameter name.
        path: Where the stimulus stands in the request; violations are at `path.name`.
        allow_out_of_bounds: Let numbers outside their bounds pass. Those that have no place on a log scale never do.
        partial: Let parameters be missing, as in the fixed parameters of a request.
    """
    names = [item.name for item in parameters]
    malformed = [
        Violation(
            f"{path}.{name}",
            f"There is no parameter {shown(name)}; the parameters are {', '.join(names)}.{nearest_name(name, names)}",
        )
        for name in given
        if name not in names
    ]
    out_of_bounds: list[Violation] = []
    values: dict[str, Value] = {}
    for item in parameters:
        at = f"{path}.{item.name}"
        if item.name not in given:
            if isinstance(item.kind, parameter.Fixed):
                if not partial:
                    values[item.name] = item.kind.value
            elif not partial:
                malformed.append(Violation(at, f"Required: {_allowed(item.kind)}."))
            continue
        value = given[item.name]
        reading = _read(item.kind, value)
        if reading.malformed:
            malformed.append(Violation(at, f"{_given(value)}; {reading.malformed}"))
            continue
        if reading.strange and not allow_out_of_bounds:
            out_of_bounds.append(Violation(at, f"{_given(value)}; {reading.strange}"))
        elif reading.strange and getattr(item.kind, "log_scale", False) and float(reading.value) <= 0:
            malformed.append(Violation(at, f"{_given(value)}; expected is above 0, for its scale is logarithmic."))
        values[item.name] = reading.value
    return CheckedStimulus(values, tuple(malformed), tuple(out_of_bounds))


def check_stimuli(
    parameters: Sequence[Parameter], stimuli: Sequence[Mapping[str, Any]], path: str
) -> tuple[list[Mapping[str, Value]], list[Violation]]:
    """Check stimuli that must lie within bounds, at `path[0]`, `path[1]`, ...; return their values and all mistakes."""
    checked = [check_stimulus(parameters, stimulus, f"{path}[{i}]") for i, stimulus in enumerate(stimuli)]
    wrong = [violation for one in checked for violation in (*one.malformed, *one.out_of_bounds)]
    return [one.values for one in checked], wrong


def broken_constraints(
    constraints: Sequence[LinearConstraint], stimulus: Mapping[str, Value], path: str
) -> list[Violation]:
    """Find the constraints that a complete stimulus doesn't keep to; violations are at `path`."""
    return [
        Violation(path, f"The stimulus doesn't keep to the constraint {constraint}.")
        for constraint in constraints
        if not constraint.is_kept(stimulus)
    ]


def _given(value: Any) -> str:
    text = shown(value)
    return f"{text[0].upper()}{text[1:]} is given"


def _read(kind: parameter.Kind, value: Any) -> _Reading:
    allowed = f"expected is {_allowed(kind)}."
    match kind:
        case parameter.Fixed(value=constant):
            if _same(value, constant):
                return _Reading(constant)
            legible = isinstance(value, bool | str) or _finite(value) is not None
            return _Reading(value, strange=allowed) if legible else _Reading(malformed=allowed)
        case parameter.Binary():
            right = isinstance(value, bool | int | float) and value in (0, 1)
            return _Reading(bool(value)) if right else _Reading(malformed=allowed)
        case parameter.Categorical(choices=choices):
            if isinstance(value, str) and value in choices:
                return _Reading(value)
            near = nearest_name(value, choices) if isinstance(value, str) else ""
            return _Reading(malformed=allowed + near)
    number = _finite(value)
    if number is None:
        return _Reading(malformed=allowed)
    match kind:
        case parameter.Integer(lower_bound=lower, upper_bound=upper):
            if number != round(number):
                return _Reading(malformed=allowed)
            return _Reading(round(number), strange="" if lower <= number <= upper else allowed)
        case parameter.Discrete(values=values):
            return _Reading(number, strange="" if number in values else allowed)
        case parameter.Continuous(lower_bound=lower, upper_bound=upper):
            return _Reading(number, strange="" if lower <= number <= upper else allowed)


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _same(value: Any, constant: Value) -> bool:
    if isinstance(constant, bool) or isinstance(value, bool):
        return isinstance(value, bool | int | float) and isinstance(constant, bool | int | float) and value == constant
    return bool(value == constant)


def _allowed(kind: parameter.Kind) -> str:
    match kind:
        case parameter.Continuous(lower_bound=lower, upper_bound=upper):
            return f"a number from {shown(lower)} to {shown(upper)}"
        case parameter.Integer(lower_bound=lower, upper_bound=upper):
            return f"a whole number from {shown(lower)} to {shown(upper)}"
        case parameter.Binary():
            return "true or false"
        case parameter.Categorical(choices=choices):
            return f"one of {_listed([shown(choice) for choice in choices])}"
        case parameter.Discrete(values=values):
            return f"one of {_listed([shown(level) for level in values])}"
        case parameter.Fixed(value=constant):
            return f"{shown(constant)}, the value that the config fixes"


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(_shortened(texts))


def _shortened(texts: Sequence[str]) -> Iterator[str]:
    if len(texts) <= MOST_LISTED:
        yield from texts
    else:
        yield from texts[: MOST_LISTED - 1]
        yield f"... {texts[-1]}"
