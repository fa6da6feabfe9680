"""What is known of responses: as if some had been told, in fractions of a trial."""

import math
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.models.expectation_propagation import Array
from aepsych_grpc.core.responses.learned import LearnedResponse
from aepsych_grpc.core.responses.proportion import ProportionResponse
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, MIN_SHRINKAGE, Response

REACH = 8.0
"""The trapezoidal rule runs this many standard deviations to either side."""
_LOOK, _SUM = (np.linspace(-REACH, REACH, nodes) for nodes in (33, 81))
"""Its nodes while the product of cavity and likelihood is looked for, and in the end."""
LOOKS = 3
SHRINKAGE = 0.3
"""Each look is closer at where the last one found the product, but no closer than this: so it is found up to 11 of the
cavity's standard deviations away, and 100 times as narrow."""

_FARTHEST = 35.0
_STEP = 0.02
_PLACES = torch.arange(-_FARTHEST, _FARTHEST + _STEP / 2, _STEP, dtype=torch.float64)
"""Where the likelihood is tabulated: cubic between these places, its logarithm is right to 1e-9 a trial."""
_TABLES = 64
"""Tables that are kept, each 56 kB."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The likelihood of so many responses of each value, which need not be whole numbers, at each of n latent values.

        prod_y (p(y | u_i) / q_y)^counts_y,   q_y = counts_y / sum counts

    At chance level u may lie anywhere far below the threshold, and where all is perceived anywhere far above. A
    likelihood leaves that open; a Gaussian factor on u would hold it in one place and bend the slope in between. The
    constants q keep it near 1, where it would be too small for a number.

    Its moments come from the trapezoidal rule, exact to rounding for functions as smooth as these unless a narrow peak
    stands on a broad floor: 100 trials under a guess rate, say, of which a cavity knows next to nothing. There they are
    off by some hundredths of a standard deviation.

    Attributes:
        counts: Values and how many responses of each, above 0. Of a proportion they are single presentations.
        n: Number of latent values.
    """

    counts: tuple[tuple[float, float], ...]
    n: int

    def __len__(self) -> int:
        return self.n

    def tilted(self, response: Response, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1 = (E[u] - mean) / variance and d2 = (Var[u] / variance - 1) / variance under the product."""
        m, v = mean.numpy(), variance.numpy()
        log_z, nodes, weights = self._product(response, m, v)
        centre = (weights * nodes).sum(1)
        spread = (weights * (nodes - centre[:, None]) ** 2).sum(1)
        d2 = np.maximum(spread / v - 1, MIN_SHRINKAGE - 1) / v
        Z = np.maximum(np.exp(log_z), MIN_NORMALIZER)
        return torch.from_numpy(Z), torch.from_numpy((centre - m) / v), torch.from_numpy(d2)

    def sensitivity(self, response: LearnedResponse, mean: Tensor, variance: Tensor) -> Tensor:
        """Return sum_i dlog Z_i / dtheta = sum_i E[sum_y counts_y dlog p(y | u) / dtheta] under the product."""
        _, nodes, weights = self._product(response, mean.numpy(), variance.numpy())
        u, share = torch.from_numpy(nodes.ravel()), torch.from_numpy(weights.ravel())
        total = torch.zeros(len(response.hyperprior.parameters), dtype=mean.dtype)
        for value, count in self.counts:
            each = response.sensitivity(torch.full_like(u, value), u, torch.zeros_like(u))
            total += count * (each * share).sum(1)
        return total

    def _product(self, response: Response, mean: Array, variance: Array) -> tuple[Array, Array, Array]:
        """Return log Z, `n`, and nodes with their weights, which add up to 1, `n x k` each."""
        single = response.each if isinstance(response, ProportionResponse) else response
        table = _log_likelihood(cast("Hashable", single), self.counts)  # responses are frozen values
        centre, width = mean, np.sqrt(variance)
        for grid in (*[_LOOK] * LOOKS, _SUM):
            nodes = centre[:, None] + width[:, None] * grid
            log_product = _looked_up(table, nodes) - (nodes - mean[:, None]) ** 2 / (2 * variance[:, None])
            top = log_product.max(1)
            weights = np.exp(log_product - top[:, None])
            total = weights.sum(1)
            weights /= total[:, None]
            if grid is _LOOK:
                centre = (weights * nodes).sum(1)
                spread = np.sqrt((weights * (nodes - centre[:, None]) ** 2).sum(1))
                width = np.maximum(spread, SHRINKAGE * width)
        step = width * (_SUM[1] - _SUM[0])
        return top + np.log(total * step) - 0.5 * np.log(2 * math.pi * variance), nodes, weights


def tally_of(values: tuple[float, ...], expected: float, trials: float, n: int) -> Tally:
    """Return some trials at each of n latent values, with an expected response.

    The two values next to it share them: a binary response's only two, the levels around a mean rating.
    """
    upper = next(k for k in range(1, len(values)) if expected <= values[k] or k == len(values) - 1)
    share = min(max((expected - values[upper - 1]) / (values[upper] - values[upper - 1]), 0.0), 1.0)
    counts = ((values[upper - 1], trials * (1 - share)), (values[upper], trials * share))
    return Tally(tuple(one for one in counts if one[1]), n)


@lru_cache(maxsize=_TABLES)
def _log_likelihood(response: Response, counts: tuple[tuple[float, float], ...]) -> tuple[Array, Array]:
    """Return its logarithm and the slope of that at _PLACES; p(y | u) is the Z of a response without variance."""
    value, slope, certain = torch.zeros_like(_PLACES), torch.zeros_like(_PLACES), torch.zeros_like(_PLACES)
    total = sum(count for _, count in counts)
    for y, count in counts:
        Z, d1, _ = response.tilted(y, _PLACES, certain)
        value += count * (torch.log(Z) - math.log(count / total))
        slope += count * d1
    return value.numpy(), slope.numpy()


def _looked_up(table: tuple[Array, Array], u: Array) -> Array:
    """Return a tabulated function at places: the cubic with its values and slopes in between, a line beyond."""
    value, slope = table
    place = (u + _FARTHEST) / _STEP
    low = np.clip(place.astype(np.int64), 0, len(value) - 2)
    t = place - low
    inside = np.clip(t, 0, 1)
    start, first, last = value[low], _STEP * slope[low], _STEP * slope[low + 1]
    rise = value[low + 1] - start
    rest = 1 - inside
    found: Array = start + inside * (rise + rest * (rest * (first - rise) + inside * (rise - last)))
    return found + (t - inside) * np.where(t < 0, first, last)
