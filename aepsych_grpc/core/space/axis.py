"""One parameter as a coordinate of the unit interval.

| kind | coordinate |
| --- | --- |
| continuous | (x - lower) / (upper - lower) |
| integer | the same with the bounds widened by 1/2, so that each number has a cell of the width of its step |
| discrete | the same with the bounds widened by half of the outermost steps |
| categorical, binary | (i + 1/2) / k for choice i of k: equal cells |

With `log_scale`, x, the widened bounds and the steps of a discrete parameter stand for their logarithms.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from aepsych_grpc.config import parameter
from aepsych_grpc.config.parameter import Value

FARTHEST = 1.0
"""How far out of the unit interval a coordinate may lie. A value out of bounds keeps its place up to there; farther
out, the field knows as little, and the numbers stay harmless."""
DIGITS = 13
"""Digits to which a continuous value is given: more than any apparatus resolves and few enough that a value survives
the way into the unit interval and back as it was written."""


@dataclass(frozen=True, slots=True)
class Axis:
    """How a parameter's values lie in the unit interval.

    Attributes:
        first: Coordinate of the lowest value.
        last: Coordinate of the highest value.
        unordered: Whether the values are names without order: only equal or different counts.
        levels: How many values there are; None for a continuum.
        encode: Coordinate of a value. Numbers out of bounds are extrapolated (continuous) or clamped (the others).
        decode: The value that a coordinate stands for, within the bounds.
        number: The number that lies at a coordinate, without moving to a value that the parameter can take.
        snap: Moves coordinates, of any shape, to those that stand for a value.
    """

    first: float
    last: float
    unordered: bool
    levels: int | None
    encode: Callable[[Value], float]
    decode: Callable[[float], Value]
    number: Callable[[Tensor], Tensor]
    snap: Callable[[Tensor], Tensor]


def axis_of(kind: parameter.Kind) -> Axis:
    """Return the axis of a parameter.

    Raises:
        ValueError: For a fixed parameter, which has no coordinate.
    """
    match kind:
        case parameter.Continuous():
            return _continuous(kind)
        case parameter.Integer():
            return _integer(kind)
        case parameter.Discrete(values=values, log_scale=log_scale):
            return _levels(values, values, log_scale=log_scale)
        case parameter.Categorical(choices=choices, ordered=ordered):
            return _levels(choices, range(len(choices)), unordered=not ordered)
        case parameter.Binary():
            return _levels((False, True), (0, 1))
        case parameter.Fixed():
            raise ValueError("A fixed parameter has no coordinate.")


@dataclass(frozen=True, slots=True)
class _Ruler:
    """An interval laid on the unit interval, by differences or by ratios."""

    low: float
    high: float
    log_scale: bool

    def place(self, x: float) -> float:
        x = math.log(x) if self.log_scale else x
        return (x - self.low) / (self.high - self.low)

    def read(self, u: Tensor) -> Tensor:
        x = self.low * (1 - u) + self.high * u
        return x.exp() if self.log_scale else x


def _ruler(low: float, high: float, *, log_scale: bool) -> _Ruler:
    return _Ruler(math.log(low), math.log(high), log_scale=True) if log_scale else _Ruler(low, high, log_scale=False)


def _read_one(ruler: _Ruler, u: float) -> float:
    x = ruler.low * (1 - u) + ruler.high * u
    return math.exp(x) if ruler.log_scale else x


def _continuous(kind: parameter.Continuous) -> Axis:
    lower, upper = float(kind.lower_bound), float(kind.upper_bound)
    ruler = _ruler(lower, upper, log_scale=kind.log_scale)
    decimals = DIGITS - math.floor(math.log10(upper - lower))

    def encode(value: Value) -> float:
        return min(max(ruler.place(float(value)), -FARTHEST), 1 + FARTHEST)

    def decode(u: float) -> float:
        if u <= 0 or u >= 1:
            return lower if u <= 0 else upper
        x = _read_one(ruler, u)
        x = float(f"{x:.{DIGITS}g}") if kind.log_scale else round(x, decimals)
        return min(max(x, lower), upper)

    return Axis(
        first=0.0,
        last=1.0,
        unordered=False,
        levels=None,
        encode=encode,
        decode=decode,
        number=lambda u: ruler.read(u).clamp(lower, upper),
        snap=lambda u: u.clamp(0, 1),
    )


def _integer(kind: parameter.Integer) -> Axis:
    lower, upper = kind.lower_bound, kind.upper_bound
    ruler = _ruler(lower - 0.5, upper + 0.5, log_scale=kind.log_scale)

    def encode(value: Value) -> float:
        return ruler.place(min(max(round(float(value)), lower), upper))

    def decode(u: float) -> int:
        return min(max(round(_read_one(ruler, min(max(u, 0), 1))), lower), upper)

    def snap(u: Tensor) -> Tensor:
        x = ruler.read(u.clamp(0, 1)).round().clamp(lower, upper)
        x = x.log() if kind.log_scale else x
        return (x - ruler.low) / (ruler.high - ruler.low)

    return Axis(
        first=ruler.place(lower),
        last=ruler.place(upper),
        unordered=False,
        levels=upper - lower + 1,
        encode=encode,
        decode=decode,
        number=lambda u: ruler.read(u).clamp(lower, upper),
        snap=snap,
    )


def _levels(
    values: tuple[Value, ...] | tuple[str, ...] | tuple[float, ...],
    places: range | tuple[float, ...],
    *,
    log_scale: bool = False,
    unordered: bool = False,
) -> Axis:
    marks = [math.log(place) for place in places] if log_scale else [float(place) for place in places]
    low, high = marks[0] - (marks[1] - marks[0]) / 2, marks[-1] + (marks[-1] - marks[-2]) / 2
    ruler = _Ruler(low, high, log_scale)
    coordinates = torch.tensor([(mark - low) / (high - low) for mark in marks], dtype=torch.float64)
    edges = (coordinates[1:] + coordinates[:-1]) / 2
    listed_edges = edges.tolist()
    known = {value: i for i, value in enumerate(values)}
    names = isinstance(values[0], str)

    def encode(value: Value) -> float:
        i = known.get(value)
        if i is None and names:
            raise ValueError(f"{value!r} is not one of {values}.")
        if i is None:
            i = _nearest(marks, _mark(float(value), marks[0], log_scale=log_scale))
        return float(coordinates[i])

    return Axis(
        first=float(coordinates[0]),
        last=float(coordinates[-1]),
        unordered=unordered,
        levels=len(values),
        encode=encode,
        decode=lambda u: values[bisect_right(listed_edges, u)],
        number=lambda u: ruler.read(u).clamp(float(places[0]), float(places[-1])),
        snap=partial(_snap_to, coordinates, edges),
    )


def _mark(x: float, lowest: float, *, log_scale: bool) -> float:
    if not log_scale:
        return x
    return math.log(x) if x > 0 else lowest


def _nearest(marks: list[float], mark: float) -> int:
    return min(range(len(marks)), key=lambda i: abs(marks[i] - mark))


def _snap_to(coordinates: Tensor, edges: Tensor, u: Tensor) -> Tensor:
    return coordinates[torch.searchsorted(edges, u.contiguous(), right=True)]
