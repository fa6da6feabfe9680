"""The threshold: where the response crosses a target along one parameter, for each setting of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.crossing import crossings
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.queries.estimate import Estimate, Scale
from aepsych_grpc.core.queries.mixture import latent_value
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space

GRID = 50
"""Points along the parameter; between them the field is taken as straight."""
DRAWS = 1024
"""Draws of the field per context, spread over the readout's beliefs."""
CHUNK = 64
"""Contexts worked on at a time: bounds the memory."""
SEED = 0
"""The draws use the same random numbers for every context and call, so that contours are smooth and repeatable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdPoint:
    """The threshold at one setting of the other parameters.

    Attributes:
        context: The other parameters' values.
        threshold: Posterior mean and variance, in the parameter's unit, and the credible interval. Draws of the field
            that never cross within the bounds count at the bound where they come closer to the target.
        median: Posterior median.
        crossing_probability: Probability that the field crosses the target within the bounds.
    """

    context: Mapping[str, Value]
    threshold: Estimate
    median: float
    crossing_probability: float


def threshold_contour(
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    *,
    parameter: str,
    target: float,
    contexts: Sequence[Mapping[str, Value]],
    fixed: Mapping[str, Value],
    scale: Scale,
    level: float,
) -> tuple[ThresholdPoint, ...]:
    """Return the threshold along a parameter at each context.

    The field is drawn jointly on a grid along the parameter, and each draw's crossing interpolated in the coordinate
    of the cube, so on a log scale between logarithms.

    Args:
        readout: Equally likely beliefs.
        response: How the field makes responses.
        space: The space.
        parameter: The parameter to look along; it has a coordinate, and numbers for values.
        target: The target on `scale`.
        contexts: Values of the other parameters; those in `fixed` may be left out, and win where both have one.
        fixed: Values at which parameters are held; not of the parameter itself.
        scale: The scale of the target.
        level: Of the credible interval, in (0, 1).

    Raises:
        KeyError: When `parameter` has no coordinate, or a context leaves one open.
    """
    axis, gamma = space.axis(parameter), latent_value(target, response, scale)
    names = [item.name for item in space.parameters if item.name != parameter]
    complete = [_ordered({**context, **fixed}, names) for context in contexts]
    X = space.encode([{**context, parameter: axis.decode(0.0)} for context in complete])
    grid = torch.linspace(axis.first, axis.last, GRID, dtype=torch.float64)
    standard = normals(len(readout))
    points: list[ThresholdPoint] = []
    for start in range(0, len(X), CHUNK):
        mean, draws = _draw(readout, X[start : start + CHUNK], space.index(parameter), grid, standard)
        coordinates, crossed = crossings(mean - gamma, draws - gamma, grid)
        numbers = axis.number(coordinates)
        points.extend(_summaries(complete[start : start + CHUNK], numbers, crossed, level))
    return tuple(points)


def _ordered(context: Mapping[str, Value], names: Sequence[str]) -> dict[str, Value]:
    return {name: context[name] for name in names if name in context}


def normals(parts: int) -> Tensor:
    """Return quasi-random standard normals, `parts x draws x grid`."""
    each = max(DRAWS // parts, 1)
    uniform = sobol_points(GRID, each * parts, seed=SEED).clamp(1e-10, 1 - 1e-10)
    standard: Tensor = torch.special.ndtri(uniform)
    return standard.reshape(parts, each, GRID)


def _draw(readout: Sequence[Posterior], X: Tensor, index: int, grid: Tensor, normals: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean of f along lines through points `m x d`, `m x grid`, and draws, `m x (parts draws) x grid`."""
    lines = X[:, None, :].repeat(1, len(grid), 1)
    lines[:, :, index] = grid
    with torch.no_grad():
        joint = [posterior.joint(line) for line in lines for posterior in readout]
        means = torch.stack([mean for mean, _ in joint]).reshape(len(X), len(readout), 1, len(grid))
        roots = gaussian_root(torch.stack([covariance for _, covariance in joint]))
    roots = roots.reshape(len(X), len(readout), len(grid), len(grid))
    draws = means + normals @ roots.mT
    return means.mean((1, 2)), draws.flatten(1, 2)


def _summaries(
    contexts: Sequence[Mapping[str, Value]], numbers: Tensor, crossed: Tensor, level: float
) -> list[ThresholdPoint]:
    """Summarise draws, `m x draws`, of the threshold."""
    marks = torch.tensor([(1 - level) / 2, 0.5, (1 + level) / 2], dtype=torch.float64)
    lower, median, upper = torch.quantile(numbers, marks, dim=1).tolist()
    variance, mean = torch.var_mean(numbers, 1, correction=0)
    return [
        ThresholdPoint(context=context, threshold=Estimate(*estimate), median=middle, crossing_probability=share)
        for context, estimate, middle, share in zip(
            contexts,
            zip(mean.tolist(), variance.tolist(), lower, upper, strict=True),
            median,
            crossed.double().mean(1).tolist(),
            strict=True,
        )
    ]
