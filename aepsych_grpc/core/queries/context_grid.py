"""A grid over the parameters that a contour does not run along."""

import itertools
import math
from collections.abc import Mapping

import torch

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.space.axis import Axis
from aepsych_grpc.core.space.space import Space

DEFAULT_SIZE = 20
DEFAULT_CONTEXTS = 400
"""Contexts of a grid whose size nobody has chosen: every one costs about 10 ms."""


def default_size(space: Space, parameter: str, fixed: Mapping[str, Value]) -> int:
    """Return the size to use when none is given: 20, or as many as keep the grid within 400 contexts, at least 2."""
    sizes = range(DEFAULT_SIZE, 2, -1)
    return next((size for size in sizes if context_count(space, parameter, fixed, size) <= DEFAULT_CONTEXTS), 2)


def context_count(space: Space, parameter: str, fixed: Mapping[str, Value], size: int) -> int:
    """Return how many contexts `context_grid` would list, without listing them."""
    return math.prod(len(values) for values in _values(space, parameter, fixed, size).values())


def context_grid(space: Space, parameter: str, fixed: Mapping[str, Value], size: int) -> list[dict[str, Value]]:
    """List every combination of up to `size` evenly spaced values of each parameter but `parameter` and the fixed ones.

    Parameters with fewer values and categories without order have all of their values. A size of 1 stands for the
    middle. The contexts don't have the fixed parameters' values.
    """
    values = _values(space, parameter, fixed, size)
    return [dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values())]


def _values(space: Space, parameter: str, fixed: Mapping[str, Value], size: int) -> dict[str, list[Value]]:
    return {
        name: _spaced(axis, size)
        for name, axis in zip(space.names, space.axes, strict=True)
        if name != parameter and name not in fixed
    }


def _spaced(axis: Axis, size: int) -> list[Value]:
    if axis.levels is not None and (axis.levels <= size or axis.unordered):
        size = axis.levels
    if size == 1:
        return [axis.decode(0.5)]
    coordinates = torch.linspace(axis.first, axis.last, size, dtype=torch.float64)
    return list(dict.fromkeys(axis.decode(u) for u in coordinates.tolist()))
