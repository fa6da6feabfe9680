"""Integrals of a likelihood times a normal density, on a grid that is dense around the mode and reaches far.

    E[L(f)] = int L(f) N(f; mean, variance) df,   f = mode + width sinh(t)

with the width of the Laplace approximation. In t the integrand is smooth and falls off faster than any exponential, so
that the trapezoidal rule converges as fast as it does for analytic functions; the grid holds a narrow likelihood in the
midst of a wide normal as well as a one-sided one, which cuts it off (double exponential quadrature is the same idea:
Takahasi & Mori 1974).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

Slopes: TypeAlias = Callable[[Tensor], tuple[Tensor, Tensor]]
"""First and second derivative of the log likelihood."""

SHORT = 0.04
"""A step is short whose square is below this share of the variance of the Laplace approximation."""

STEPS = 6
"""Most steps towards the mode. It need not be exact: the grid is as good for a centre near by."""

REACH = 8.0
"""The grid goes as many standard deviations beyond mean and mode."""

WAY = (0.0, 0.25, 0.5, 0.75)
"""Shares of the way from the peak to the mean at which the search for the mode may begin."""

NODES = torch.linspace(-1, 1, 41, dtype=torch.float64)
_LEGENDRE, _LEGENDRE_WEIGHTS = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(24))


@dataclass(frozen=True, slots=True, eq=False)
class LaplaceGrid:
    """Where a likelihood times N(mean, variance) is looked at.

    Attributes:
        mean: Of the normal distribution, `...`.
        variance: Likewise.
        mode: Near the product's mode.
        width: Standard deviation of its Laplace approximation there.
        reach: The largest t.
    """

    mean: Tensor
    variance: Tensor
    mode: Tensor
    width: Tensor
    reach: Tensor

    def whole(self) -> tuple[Tensor, Tensor]:
        """Return nodes f, `... x k`, and the logarithms of their weights, the normal density included."""
        t = self.reach[..., None] * NODES
        return self._at(t, torch.log(self.reach * (NODES[1] - NODES[0]))[..., None])

    def between(self, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
        """Return nodes and log weights of the part between two t, `...` each, by the Gauss-Legendre rule."""
        half = 0.5 * (high - low)[..., None]
        t = 0.5 * (high + low)[..., None] + half * _LEGENDRE
        return self._at(t, torch.log(half * _LEGENDRE_WEIGHTS))

    def place(self, f: float) -> Tensor:
        """Return t where f lies, or the end of the grid that is nearer."""
        t = torch.asinh((f - self.mode) / self.width)
        return torch.minimum(torch.maximum(t, -self.reach), self.reach)

    def _at(self, t: Tensor, log_step: Tensor) -> tuple[Tensor, Tensor]:
        width, variance = self.width[..., None], self.variance[..., None]
        f = self.mode[..., None] + width * torch.sinh(t)
        density = -0.5 * ((f - self.mean[..., None]).square() / variance + torch.log(2 * math.pi * variance))
        return f, density + log_step + torch.log(width * torch.cosh(t))


def laplace_grid(
    log_likelihood: Callable[[Tensor], Tensor],
    slopes: Slopes,
    peak: Tensor,
    near: Tensor,
    bends: Tensor,
    mean: Tensor,
    variance: Tensor,
) -> LaplaceGrid:
    """Find the mode and lay the grid around it.

    It lies between the likelihood's peak and the normal's mean, where guesses and lapses may make a second one. So it
    is sought from the highest of some points between the two.

    Args:
        log_likelihood: Elementwise.
        slopes: Its derivatives, elementwise.
        peak: Where the likelihood is largest, `...`.
        near: Where it is nearly as large, and curved, `...`.
        bends: Values of f at which the likelihood may bend, whatever the rest, `b`.
        mean: Of the normal distribution, `...`.
        variance: Likewise.
    """

    def height(f: Tensor) -> Tensor:
        return log_likelihood(f) - 0.5 * (f - mean).square() / variance

    _, second = slopes(near)
    share = variance / (variance + 1 / (-second).clamp_min(1e-12))
    low, high = torch.minimum(peak, mean), torch.maximum(peak, mean)
    places = [mean, near, mean + share * (near - mean), *(peak + part * (mean - peak) for part in WAY)]
    bent = bends.reshape(-1, *(1 for _ in mean.shape)).expand(-1, *mean.shape)
    candidates = torch.minimum(torch.maximum(torch.cat([torch.stack(places), bent]), low), high)
    start = candidates.gather(0, height(candidates).argmax(0, keepdim=True)).squeeze(0)
    mode = _climb(slopes, start, low, high, mean, variance)
    _, second = slopes(mode)
    width = torch.rsqrt((-second).clamp_min(0.0) + 1 / variance)
    reach = torch.asinh(((mode - mean).abs() + REACH * variance.sqrt()) / width)
    return LaplaceGrid(mean, variance, mode, width, reach)


def _climb(slopes: Slopes, start: Tensor, low: Tensor, high: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """Return the mode near each start, by Newton's method kept between low and high (Press et al. 2007, section 9.4).

    The interval is halved instead where a step would leave it, or is long and not much shorter than the last. An
    element whose step was short is left alone, whatever the others need.
    """
    mode, last = start, torch.full_like(start, math.inf)
    settled = torch.zeros_like(start, dtype=torch.bool)
    for _ in range(STEPS):
        first, second = slopes(mode)
        pull, curvature = first - (mode - mean) / variance, (-second).clamp_min(0.0) + 1 / variance
        low, high = torch.where(pull > 0, mode, low), torch.where(pull > 0, high, mode)
        step = pull / curvature
        outside = (mode + step < low) | (mode + step > high)
        slow = (step.abs() > 0.5 * last) & (step.square() * curvature > 1)
        step = torch.where(outside | slow, 0.5 * (low + high) - mode, step)
        mode = torch.where(settled, mode, mode + step)
        settled = settled | (step.square() * curvature < SHORT)
        if bool(settled.all()):
            break
        last = step.abs()
    return mode
