"""Parameters: bounds, choices and values that a stimulus can take."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aepsych_grpc.config.check.names import check_count, check_name
from aepsych_grpc.config.violation import Violation, nearest_name, shown

MOST_PARAMETERS = 64
MOST_CHOICES = 100
MOST_DISCRETE_VALUES = 10_000
NUMERIC_KINDS = ("continuous", "integer", "discrete")
"""Kinds of parameter that an intensity can have."""


def check_interval(lower: float | None, upper: float | None, path: str, *, log_scale: bool) -> Iterator[Violation]:
    """Check the bounds of a continuous or integer parameter; None stands for one that is missing."""
    for name, bound, extreme in (("lower_bound", lower, "smallest"), ("upper_bound", upper, "largest")):
        if bound is None:
            yield Violation(f"{path}.{name}", f"Required: the {extreme} value that a stimulus may take.")
        elif not math.isfinite(bound):
            yield Violation(f"{path}.{name}", f"{shown(bound)} is given; expected is a finite number.")
    if lower is None or upper is None or not (math.isfinite(lower) and math.isfinite(upper)):
        return
    if log_scale and lower <= 0:
        yield Violation(
            f"{path}.lower_bound",
            f"{shown(lower)} is given with log_scale, which needs bounds above 0; raise it or leave log_scale out.",
        )
    if lower == upper:
        yield Violation(
            f"{path}.upper_bound",
            f"Both bounds are {shown(lower)}; widen them, or make the parameter fixed: {{value: {shown(lower)}}}.",
        )
    elif lower > upper:
        yield Violation(
            f"{path}.upper_bound",
            f"{shown(upper)} is given, below the lower_bound {shown(lower)}; they may have been exchanged.",
        )
    elif log_scale and lower > 0 and math.log(lower) == math.log(upper):
        yield Violation(
            f"{path}.upper_bound",
            f"The bounds {shown(lower)} and {shown(upper)} are too close for a logarithmic scale; widen them.",
        )
    elif not math.isfinite(upper - lower):
        yield Violation(
            f"{path}.upper_bound", f"The bounds {shown(lower)} and {shown(upper)} are too far apart; narrow them."
        )


def check_choices(choices: Sequence[str], path: str) -> Iterator[Violation]:
    """Check the choices of a categorical parameter: at least two, all different."""
    yield from check_count(len(choices), MOST_CHOICES, path, "choices")
    if len(choices) < 2:
        given = f"Only {shown(choices[0])} is given" if choices else "None is given"
        yield Violation(path, f"{given}; give at least two choices, or make the parameter fixed.")
    for i, choice in enumerate(choices[:MOST_CHOICES]):
        yield from check_name(choice, f"{path}[{i}]", "choice")
        if choice and choice in choices[:i]:
            yield Violation(f"{path}[{i}]", f"{shown(choice)} is given twice; choices must differ.")


def check_discrete_values(values: Sequence[float], path: str, *, log_scale: bool) -> Iterator[Violation]:
    """Check the values of a discrete parameter: at least two, finite, rising, above 0 with `log_scale`."""
    yield from check_count(len(values), MOST_DISCRETE_VALUES, path, "values")
    if len(values) < 2:
        given = f"Only {shown(values[0])} is given" if values else "None is given"
        yield Violation(path, f"{given}; give at least two values, or make the parameter fixed.")
    for i, value in enumerate(values[:MOST_DISCRETE_VALUES]):
        if not math.isfinite(value):
            yield Violation(f"{path}[{i}]", f"{shown(value)} is given; expected is a finite number.")
        elif log_scale and value <= 0:
            yield Violation(f"{path}[{i}]", f"{shown(value)} is given with log_scale, which needs values above 0.")
    for i, (value, after) in enumerate(itertools.pairwise(values), start=1):
        if after <= value:
            yield Violation(
                f"{path}[{i}]", f"{shown(after)} comes after {shown(value)}; values must rise, each given once."
            )
            break
        if log_scale and value > 0 and math.log(after) == math.log(value):
            yield Violation(f"{path}[{i}]", f"{shown(value)} and {shown(after)} are too close for a logarithmic scale.")
            break
    if all(map(math.isfinite, values)) and values and not math.isfinite(max(values) - min(values)):
        yield Violation(path, f"{shown(min(values))} and {shown(max(values))} are too far apart.")


def check_fixed_value(value: Any, path: str) -> Iterator[Violation]:
    """Check the value of a fixed parameter: a finite number, a text or a bool."""
    if value is None:
        yield Violation(path, "Required: the value that every stimulus carries: a number, a text, true or false.")
    elif not isinstance(value, bool | int | float | str):
        yield Violation(path, f"{shown(value).capitalize()} is given; expected is a number, a text, true or false.")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Violation(path, f"{shown(value)} is given; expected is a finite number.")


def check_together(kinds: Sequence[str], path: str) -> Iterator[Violation]:
    """Check the parameters as a whole, by the names of their kinds (empty for one whose kind is missing)."""
    yield from check_count(len(kinds), MOST_PARAMETERS, path, "parameters")
    if not kinds:
        yield Violation(
            path,
            "Required: what a stimulus is made of; such as "
            "{name: contrast, continuous: {lower_bound: 0.002, upper_bound: 1, log_scale: true}}.",
        )
    elif all(kind == "fixed" for kind in kinds):
        yield Violation(path, "Every parameter is fixed, so all stimuli would be the same; let at least one vary.")


def check_intensity(intensity: str, kinds: Mapping[str, str], path: str) -> Iterator[Violation]:
    """Check that the intensity is a parameter with numbers to vary. `kinds` maps parameter names to kinds."""
    if not intensity:
        return
    numeric = [name for name, kind in kinds.items() if kind in NUMERIC_KINDS]
    possible = f"possible: {', '.join(numeric) or 'none'}."
    if intensity not in kinds:
        yield Violation(
            path, f"There is no parameter {shown(intensity)}; {possible}" + nearest_name(intensity, numeric)
        )
    elif kinds[intensity] and kinds[intensity] not in NUMERIC_KINDS:
        yield Violation(path, f"{shown(intensity)} is {kinds[intensity]}; an intensity takes many numbers; {possible}")
