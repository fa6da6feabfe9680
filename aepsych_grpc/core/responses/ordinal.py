"""A rating on ordered levels: the response of an ordinal outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.responses.normal_nodes import variance_of
from aepsych_grpc.core.responses.probit import LOG_SQRT_2PI
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, MIN_SHRINKAGE, Foreseen, foreseen_values

RANGE = 4.0
"""Prior centre of the distance between the first and the last cut point, in units of the link's standard deviation."""

END = 1e8
"""Stands in for the infinite ends of the first and the last level."""

LATENT_CLIP = 1e-6
"""Mean ratings are inverted within this share of the whole range from its ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalResponse:
    """The cumulative probit (Chu & Ghahramani 2005, eqs. 3 to 6, with noise of standard deviation 1).

        p(y = k | f) = Phi(c_{k+1} - f) - Phi(c_k - f),   E[y | f] = sum_k Phi(f - c_k)

    The cut points c_1 < ... < c_{levels-1} are learned through the steps between them. Their mean is 0: where the
    field lies relative to them is the field's own level.

    Attributes:
        steps: Distances from each cut point to the next, `levels - 2`, above 0.
        cuts: The cut points, which follow from them.
    """

    steps: tuple[float, ...]
    cuts: tuple[float, ...] = field(init=False)

    def __post_init__(self) -> None:
        cuts = np.append(0.0, np.cumsum(self.steps))
        object.__setattr__(self, "cuts", tuple((cuts - cuts.mean()).tolist()))

    @property
    def values(self) -> tuple[float, ...]:
        """The levels, from 0."""
        return tuple(float(level) for level in range(len(self.cuts) + 1))

    @property
    def hyperprior(self) -> Hyperprior:
        """The steps between cut points: all alike, within a factor of 2."""
        step = RANGE / (len(self.cuts))
        return Hyperprior(tuple(LogParameter(f"step_{k}", step, 0.75) for k in range(1, len(self.cuts))))

    @property
    def keeps_mean(self) -> bool:
        """False: the mean rating depends on the cut points."""
        return False

    def given(self, theta: Sequence[float] | NDArray[np.float64], y: Tensor) -> "OrdinalResponse":  # noqa: ARG002  # the seam's signature
        """Return the response with steps of logarithms theta."""
        return replace(self, steps=tuple(np.exp(theta).tolist()))

    def foreseen(self, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
        """Return every level; see `Response.foreseen`."""
        return foreseen_values(self, self.values, mean, variance)

    def mean(self, f: Tensor) -> Tensor:
        """Return the mean rating at latent values, elementwise."""
        total = torch.zeros_like(f)
        for cut in self.cuts:
            total = total + torch.special.ndtr(f - cut)
        return total

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[y] = sum_k Phi((mean - c_k) / sqrt(1 + variance)), elementwise."""
        scale = torch.sqrt(1 + variance)
        total = torch.zeros_like(mean)
        for cut in self.cuts:
            total = total + torch.special.ndtr((mean - cut) / scale)
        return total

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the variance of E[y | f] under f ~ N(mean, variance), elementwise, by the trapezoidal rule."""
        return variance_of(self.mean, mean, variance)

    def latent(self, value: float) -> float:
        """Return f with E[y | f] = value; values beyond the levels give the latent value of the nearest one within."""
        cuts, most = np.array(self.cuts), len(self.cuts)
        wanted = min(max(value, LATENT_CLIP * most), (1 - LATENT_CLIP) * most)
        return float(brentq(lambda f: ndtr(f - cuts).sum() - wanted, cuts[0] - 10, cuts[-1] + 10, xtol=1e-12))

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of a response, or of one response per element.

        With s = sqrt(1 + variance), u = (c_{y+1} - mean) / s and w = (c_y - mean) / s:

            Z = Phi(u) - Phi(w),  d1 = -(phi(u) - phi(w)) / (s Z),  d2 = -(u phi(u) - w phi(w)) / (s^2 Z) - d1^2

        computed on the log scale, so that d1 and d2 hold far into the tails.
        """
        u, w, scale, log_z = self._bounds(y, mean, variance)
        at_u, at_w = _share(u, log_z), _share(w, log_z)
        d1 = (at_w - at_u) / scale
        d2 = (w * at_w - u * at_u) / scale**2 - d1 * d1
        return (
            torch.exp(log_z).clamp_min(MIN_NORMALIZER),
            d1,
            torch.maximum(d2, (MIN_SHRINKAGE - 1) / variance).clamp_max(0.0),
        )

    def sensitivity(self, y: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """Return dlog Z / dlog steps, `(levels - 2) x n`, through dlog Z / dc = phi(u) / (s Z) and -phi(w) / (s Z)."""
        u, w, scale, log_z = self._bounds(y, mean, variance)
        n, k = len(y), len(self.cuts)
        by_cut = torch.zeros(k + 2, n, dtype=mean.dtype)
        level = y.to(torch.int64)[None]
        by_cut.scatter_add_(0, level + 1, (_share(u, log_z) / scale)[None])
        by_cut.scatter_add_(0, level, -(_share(w, log_z) / scale)[None])
        # A step moves the cut points after it up, and all of them down by its share of the mean.
        by_cut = by_cut[1:-1]
        after = by_cut.flip(0).cumsum(0).flip(0)[1:]
        share = (k - torch.arange(1, k, dtype=mean.dtype)) / k
        steps = torch.tensor(self.steps, dtype=mean.dtype)
        return steps[:, None] * (after - share[:, None] * by_cut.sum(0))

    def _bounds(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return u, w, s and log Z."""
        cuts = torch.tensor([-END, *self.cuts, END], dtype=mean.dtype)
        level = torch.as_tensor(y).to(torch.int64)
        scale = torch.sqrt(1 + variance)
        u, w = (cuts[level + 1] - mean) / scale, (cuts[level] - mean) / scale
        # Of the two tails the one in which both are small: there the difference keeps its digits.
        upper = u + w > 0
        larger = torch.special.log_ndtr(torch.where(upper, -w, u))
        smaller = torch.special.log_ndtr(torch.where(upper, -u, w))
        return u, w, scale, larger + torch.log(-torch.expm1(smaller - larger))


def _share(z: Tensor, log_z: Tensor) -> Tensor:
    """Return phi(z) / Z."""
    return torch.exp(-0.5 * z * z - LOG_SQRT_2PI - log_z)
