"""The just-noticeable difference: the step along a parameter that changes the latent field by one unit."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.queries.estimate import Estimate
from aepsych_grpc.core.queries.threshold import CHUNK, GRID, normals
from aepsych_grpc.core.space.space import Space

TIE = 1e-9
"""Rises that differ by less are equal; steps lead upwards then."""


def just_noticeable_difference(
    readout: Sequence[Posterior],
    space: Space,
    stimuli: Sequence[Mapping[str, Value]],
    *,
    parameter: str,
    level: float,
) -> tuple[Estimate, ...]:
    """Return the step that raises f by 1 from each stimulus on, in the parameter's unit.

    With a probit link one unit of f is one standard deviation of the internal noise; with a logit it makes the odds e
    times as high; with a Gumbel link on a logarithmic axis it makes the intensity e^(1 / beta) times as high, beta
    being the Weibull function's slope.

    The field is drawn jointly along the parameter, from the stimulus to a bound, and taken as straight between 50
    points. Steps lead upwards, unless the mean field rises by less than 1 up to the bound and rises more below the
    stimulus: then the step is that which ends at the stimulus. Where f falls along the parameter, falling by 1 counts.
    Draws that don't get so far within the bounds count as far as the bound.

    Args:
        readout: Equally likely beliefs.
        space: The space.
        stimuli: Where to begin.
        parameter: The parameter to step along; it has a coordinate, and numbers for values.
        level: Of the credible interval, in (0, 1).

    Raises:
        KeyError: When `parameter` has no coordinate.
    """
    axis, index = space.axis(parameter), space.index(parameter)
    marks = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.float64)
    X = space.encode(stimuli)
    X[:, index] = X[:, index].clamp(axis.first, axis.last)
    standard = normals(len(readout))
    estimates: list[Estimate] = []
    for start in range(0, len(X), CHUNK):
        points = X[start : start + CHUNK]
        lines, sign = _lines(readout, points, index, axis.first, axis.last)
        steps = _steps(_draw(readout, lines, standard) * sign[:, None, None], lines[..., index])
        sizes = (axis.number(points[:, index, None] + steps) - axis.number(points[:, index])[:, None]).abs()
        lower, upper = torch.quantile(sizes, marks, dim=1)
        variance, mean = torch.var_mean(sizes, 1, correction=0)
        estimates.extend(Estimate(*row) for row in torch.stack([mean, variance, lower, upper], 1).tolist())
    return tuple(estimates)


def _lines(readout: Sequence[Posterior], X: Tensor, index: int, first: float, last: float) -> tuple[Tensor, Tensor]:
    """Return points from each of `m x d` to the bound ahead, `m x grid x d`, and the sign of the change that counts."""
    low, high = X.clone(), X.clone()
    low[:, index], high[:, index] = first, last
    with torch.no_grad():
        means = [torch.stack([posterior.marginals(Z)[0] for posterior in readout]).mean(0) for Z in (low, X, high)]
    rises = torch.where(means[2] >= means[0], 1.0, -1.0).to(X.dtype)
    above, below = rises * (means[2] - means[1]), rises * (means[1] - means[0])
    upwards = (above >= 1) | (above >= below - TIE)
    share = torch.linspace(0, 1, GRID, dtype=X.dtype)
    end = torch.where(upwards, high[:, index], low[:, index])
    lines = X[:, None, :].repeat(1, GRID, 1)
    lines[:, :, index] = X[:, index, None] * (1 - share) + end[:, None] * share
    return lines, torch.where(upwards, rises, -rises)


def _draw(readout: Sequence[Posterior], lines: Tensor, standard: Tensor) -> Tensor:
    """Return draws of f along lines, less f where they begin, `m x draws x grid`."""
    m, grid = lines.shape[:2]
    with torch.no_grad():
        joint = [posterior.joint(line) for line in lines for posterior in readout]
        means = torch.stack([mean for mean, _ in joint]).reshape(m, len(readout), 1, grid)
        roots = gaussian_root(torch.stack([covariance for _, covariance in joint]))
    draws = means + standard @ roots.reshape(m, len(readout), grid, grid).mT
    return (draws - draws[..., :1]).flatten(1, 2)


def _steps(changes: Tensor, coordinates: Tensor) -> Tensor:
    """Return how far, in coordinates `m x grid`, changes `m x draws x grid` need to reach 1, `m x draws`, signed."""
    reached = changes >= 1
    first = reached.to(torch.int8).argmax(-1, keepdim=True).clamp(min=1)
    before, after = changes.gather(-1, first - 1), changes.gather(-1, first)
    ever = reached.any(-1, keepdim=True)
    share = torch.where(ever, (1 - before) / torch.where(ever, after - before, 1.0), 0.0)
    width = (coordinates[:, 1] - coordinates[:, 0])[:, None, None]
    whole = (coordinates[:, -1] - coordinates[:, 0])[:, None, None]
    return torch.where(ever, (first - 1 + share) * width, whole).squeeze(-1)
