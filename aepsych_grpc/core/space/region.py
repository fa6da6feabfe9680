"""A part of the space: values or ranges of some parameters, and all that the others can be."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from aepsych_grpc.config.parameter import Continuous, Discrete, Integer, Parameter
from aepsych_grpc.config.violation import Violation, shown
from aepsych_grpc.core.space.check import check_stimulus
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space

POINTS_PER_PARAMETER = 8
MOST_POINTS = 24
"""Points that stand for a region, however many of its parameters are open."""


def check_region(parameters: Sequence[Parameter], region: Mapping[str, Any], path: str) -> Iterator[Violation]:
    """Find what is wrong with a region: a value or a range [from, to] by parameter name; violations at `path.name`."""
    numeric = [item.name for item in parameters if isinstance(item.kind, Continuous | Integer | Discrete)]
    single = {name: value for name, value in region.items() if not isinstance(value, list | tuple)}
    ranges = {name: value for name, value in region.items() if name not in single}
    for name, ends in ranges.items():
        if name in (item.name for item in parameters) and name not in numeric:
            yield Violation(f"{path}.{name}", "A range is given; expected is one value, for these are no numbers.")
        elif len(ends) != 2:
            yield Violation(f"{path}.{name}", f"{len(ends)} values are given; a range is two, [from, to].")
        else:
            wrong = [*_wrong(parameters, {name: ends[0]}, path), *_wrong(parameters, {name: ends[1]}, path)]
            if not wrong and not ends[0] < ends[1]:
                message = f"The range {shown(ends[0])} to {shown(ends[1])} is given; expected is one that rises."
                wrong = [Violation(f"{path}.{name}", message)]
            yield from wrong[:1]
    yield from _wrong(parameters, single, path)


def _wrong(parameters: Sequence[Parameter], values: Mapping[str, Any], path: str) -> list[Violation]:
    checked = check_stimulus(parameters, values, path, partial=True)
    return [*checked.malformed, *checked.out_of_bounds]


def region_points(space: Space, region: Mapping[str, Any]) -> Tensor:
    """Return stimuli spread over a checked region, edges included, `m x d`: one without open parameters, at most 24.

    Sobol points, drawn out to the edges of the region.
    """
    low, high = torch.zeros(space.d, dtype=torch.float64), torch.ones(space.d, dtype=torch.float64)
    for i, (name, axis) in enumerate(zip(space.names, space.axes, strict=True)):
        if name in region:
            given = region[name]
            low[i], high[i] = (
                axis.encode(end) for end in (given if isinstance(given, list | tuple) else (given, given))
            )
    free = [i for i in range(space.d) if low[i] < high[i]]
    points = low.expand(min(POINTS_PER_PARAMETER * len(free), MOST_POINTS) or 1, -1).clone()
    if free:
        spread = spread_points(len(free), len(points), seed=0)
        points[:, free] = low[free] + (high[free] - low[free]) * spread
    stimuli: Tensor = torch.unique(space.snap(points), dim=0)
    return stimuli


def spread_points(d: int, count: int, *, seed: int) -> Tensor:
    """Return Sobol points, `count x d`, drawn out so that they reach every face of the unit cube; at least 2."""
    points = sobol_points(d, count, seed=seed)
    least, most = points.amin(0), points.amax(0)
    return (points - least) / (most - least)
