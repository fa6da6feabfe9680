"""Parameters as axes of a plot."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aepsych_grpc.config.parameter import Value as ParameterValue
from aepsych_grpc.config.proto import value_from_proto
from aepsych_grpc.v1 import config_pb2


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter as an axis.

    Attributes:
        name: The parameter.
        label: Its name and unit.
        values: The values that are evaluated, in order.
        positions: Where they stand: the numbers themselves, or 0, 1, ... for named values.
        log_scale: Whether equal ratios are equally far.
        tick_labels: Names of the values, where they are not numbers.
        whole: Whether all values are whole numbers.
        stepped: Whether there are no values between those given.
    """

    name: str
    label: str
    values: tuple[ParameterValue, ...]
    positions: tuple[float, ...]
    log_scale: bool = False
    tick_labels: tuple[str, ...] = ()
    whole: bool = False
    stepped: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """Where the axis begins and ends."""
        margin = 0.5 if self.tick_labels else 0.0
        return self.positions[0] - margin, self.positions[-1] + margin

    @property
    def step(self) -> float:
        """Smallest distance between neighbouring values as a part of the axis's length; 1 where values are dense."""
        if not self.stepped:
            return 1.0
        places = [self._part(position) for position in self.positions]
        return min(high - low for low, high in pairwise(places))

    def moved(self, position: float, part: float) -> float:
        """Return a position moved along the axis by a part of its length."""
        low, high = self.limits
        return position * (high / low) ** part if self.log_scale else position + part * (high - low)

    def _part(self, position: float) -> float:
        low, high = self.limits
        if self.log_scale:
            return math.log(position / low) / math.log(high / low)
        return (position - low) / (high - low)

    def position(self, value: ParameterValue) -> float:
        """Return where a value stands."""
        return float(self.values.index(value)) if self.tick_labels else float(value)


def axis_of(parameter: config_pb2.Parameter, points: int) -> Axis:
    """Return a parameter's axis with at most so many values, all of them where there are few."""
    label = parameter.name.replace("_", " ") + (f" ({parameter.unit})" if parameter.unit else "")
    kind = parameter.WhichOneof("kind")
    if kind in ("categorical", "binary"):
        choices: tuple[ParameterValue, ...] = tuple(parameter.categorical.choices) or (False, True)
        names = tuple(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in choices)
        places = tuple(map(float, range(len(choices))))
        return Axis(parameter.name, label, choices, places, tick_labels=names, stepped=True)
    if kind == "discrete":
        numbers = tuple(parameter.discrete.values)
        whole = all(value.is_integer() for value in numbers)
        return Axis(parameter.name, label, numbers, numbers, parameter.discrete.log_scale, whole=whole, stepped=True)
    if kind == "integer":
        bounds = parameter.integer
        levels = sorted({round(x) for x in _spaced(bounds.lower_bound, bounds.upper_bound, points, bounds.log_scale)})
        places = tuple(map(float, levels))
        return Axis(parameter.name, label, tuple(levels), places, bounds.log_scale, whole=True, stepped=True)
    interval = parameter.continuous
    real = tuple(_spaced(interval.lower_bound, interval.upper_bound, points, interval.log_scale))
    return Axis(parameter.name, label, real, real, interval.log_scale)


def _spaced(lower: float, upper: float, points: int, log_scale: bool) -> list[float]:  # noqa: FBT001  # the field's name in the config
    """Return values from one bound to the other, both exactly, equally far apart."""
    ends = (math.log(lower), math.log(upper)) if log_scale else (lower, upper)
    inner = [ends[0] + (ends[1] - ends[0]) * i / (points - 1) for i in range(1, points - 1)]
    return [lower, *(map(math.exp, inner) if log_scale else inner), upper]


def middle(parameter: config_pb2.Parameter) -> ParameterValue:
    """Return the value at which a parameter that is not shown is held: its middle, or the first of named values."""
    if parameter.WhichOneof("kind") == "fixed":
        fixed: ParameterValue = value_from_proto(parameter.fixed.value)
        return fixed
    values: Sequence[ParameterValue] = axis_of(parameter, 3).values
    return values[0] if isinstance(values[0], str | bool) else values[len(values) // 2]
