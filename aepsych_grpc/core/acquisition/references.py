"""Reference points: where a look-ahead looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.space.sobol import sobol_points

COUNT = 256
"""References. More brought no gain in 2 to 8 dimensions."""
POOL = 1024
"""Points that references are drawn from."""
FLOOR = 0.01
"""Added to pi (1 - pi), so that a place the model is sure of is looked at too."""


@dataclass(frozen=True, slots=True)
class References:
    """Points `k x d` and weights `k` whose weighted sum estimates the mean over the space.

    `mean` and `variance` are those of f at the points by each of c beliefs, `c x k`.
    """

    points: Tensor
    weights: Tensor
    mean: Tensor
    variance: Tensor


def draw_references(
    beliefs: Sequence[Posterior], gamma: float, snap: Callable[[Tensor], Tensor], rng: np.random.Generator
) -> References:
    """Draw references where it is least certain whether f lies below gamma.

    Systematic sampling (Madow 1949) from a Sobol pool with probability q ~ pi (1 - pi) + .01, pi = P(f < gamma) by
    equally likely beliefs, and weights 1 / (k q), so that sums over references are unbiased for the means over the
    pool.
    """
    seed = int(rng.integers(2**31))
    pool = snap(sobol_points(beliefs[0].d, POOL, seed=seed))
    moments = [belief.marginals(pool) for belief in beliefs]
    mean, variance = (torch.stack(one) for one in zip(*moments, strict=True))
    pi = torch.special.ndtr((gamma - mean) / variance.sqrt()).mean(0)
    q = pi * (1 - pi) + FLOOR
    q = q / q.sum()
    marks = (torch.arange(COUNT, dtype=torch.float64) + rng.random()) / COUNT
    drawn = torch.searchsorted(q.cumsum(0), marks).clamp(max=POOL - 1)
    weights = 1 / (COUNT * POOL * q[drawn])
    return References(pool[drawn], weights, mean[:, drawn], variance[:, drawn])
