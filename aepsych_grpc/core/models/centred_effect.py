"""What one coordinate does by itself: smooth functions on [0, 1] whose average is 0.

The squared-exponential kernel k of a function g, given that its integral over the unit interval is 0:

    k(x, z) - m(x) m(z) / M,   m(x) = int k(x, s) ds,   M = int int k(s, t) ds dt

(Durrande, Ginsbourger, Roustant and Carraro 2013, "ANOVA kernels and RKHS of zero mean functions", J. Multivariate
Analysis 115; Lu, Boukouvalas and Hensman 2022, "Additive Gaussian processes revisited", ICML; here under the uniform
distribution). It is divided by 1 - M, which is its average variance but for 4 % at most, so that the weight of an
effect says how large it is, whatever its lengthscale. Of L categories, all with the same chance, the same construction
leaves

    (1[x = z] - 1 / L) L / (L - 1)

whatever the correlation of different categories.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import blas
from scipy.special import erf
from torch import Tensor

Array: TypeAlias = NDArray[np.float64]


class Pairs:
    """All pairs of n training points, each once and with itself, in the order of BLAS's packed lower triangle.

    Attributes:
        first: The first point of each pair.
        second: The second one.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.first, self.second = np.triu_indices(n)
        self._upper, self._lower = self.first * n + self.second, self.second * n + self.first
        self._place = np.empty((n, n), dtype=np.intp)
        self._place[self.first, self.second] = self._place[self.second, self.first] = np.arange(len(self.first))

    def unfolded(self, values: Array) -> Array:
        """Return the symmetric matrix, `n x n`, that has each pair's value twice."""
        return values.take(self._place)

    def folded(self, G: Array) -> Array:
        """Return what each pair has of G, `n x n`: sums over pairs of this times symmetric S are sum_ij G_ij S_ij."""
        flat = G.ravel()
        both: Array = flat.take(self._upper) + flat.take(self._lower)
        both[self.first == self.second] *= 0.5
        return both


Gradient: TypeAlias = Callable[[Array], float]
"""Maps h, one for each pair, to weight sum h du / dlog lengthscale."""

TrainingEffect: TypeAlias = Callable[[float, float, Array], Gradient]
"""Puts 1 + weight u into an array, for all pairs of training points, where u are an effect's correlations at a
lengthscale; from lengthscale, weight and the array, which must stay as it is for the gradient."""


def ordered_effect(x: Array, pairs: Pairs) -> TrainingEffect:
    """Return the effect of an ordered coordinate with values x, `n`, at the training points."""
    n = pairs.n
    apart = (x[pairs.first] - x[pairs.second]) ** 2
    itself = np.flatnonzero(pairs.first == pairs.second)

    def put(lengthscale: float, weight: float, out: Array) -> Gradient:
        np.multiply(apart, -0.5 / lengthscale**2, out=out)
        np.exp(out, out=out)
        m, (M, dM) = _averages(x, lengthscale), _average(lengthscale)
        scaled = weight / (1 - M)
        out *= scaled
        out += 1
        blas.dspr(n, -scaled / M, m, out, lower=1, overwrite_ap=1)

        def gradient(h: Array) -> float:
            dm = _averages_slope(x, lengthscale, m)
            # As a symmetric matrix, h would have all pairs but those on the diagonal twice.
            hm = blas.dspmv(n, 1.0, h, m, lower=1) + h[itself] * m
            by_u = np.dot(h, out) - h.sum()
            g = h * apart
            by_k = np.dot(g, out) - g.sum() + 0.5 * scaled / M * (m @ blas.dspmv(n, 1.0, g, m, lower=1))
            by_average = scaled * (0.5 * dM * (m @ hm) / M - dm @ hm) / M
            return float(by_k / lengthscale**2 + by_average + dM / (1 - M) * by_u)

        return gradient

    return put


def categorical_effect(x: Array, pairs: Pairs, categories: int) -> TrainingEffect:
    """Return the effect of categories with codes x, `n`, at the training points; it has no lengthscale."""
    u = ((x[pairs.first] == x[pairs.second]) - 1 / categories) * (categories / max(categories - 1, 1))

    def put(_lengthscale: float, weight: float, out: Array) -> Gradient:
        np.multiply(u, weight, out=out)
        out += 1
        return lambda _: 0.0

    return put


def effect(x: Tensor, z: Tensor, lengthscale: float, categories: int, weight: float = 1.0) -> Tensor:
    """Return weight times the correlations of an effect between values; `m` and `k` to `m x k`, differentiable.

    `categories` is 0 for a coordinate with an order.
    """
    if categories:
        same = (x[:, None] == z).to(x.dtype)
        return (same - 1 / categories) * (weight * categories / max(categories - 1, 1))
    M, _ = _average(lengthscale)
    root = math.sqrt(2) * lengthscale
    k = ((x / root)[:, None] - z / root).square().neg_().exp_()
    m_x, m_z = (_tensor_averages(values, lengthscale) for values in (x, z))
    weight = weight / (1 - M)
    return torch.addr(k, m_x, m_z, beta=weight, alpha=-weight / M)


def effect_variance(x: Tensor, lengthscale: float, categories: int) -> Tensor:
    """Return the variance of an effect at values, `m`, differentiable; on average .96 to 1."""
    if categories:
        return torch.full_like(x, float(categories > 1))
    M, _ = _average(lengthscale)
    return (1 - _tensor_averages(x, lengthscale).square() / M) * (1 / (1 - M))


def _averages(x: Array, lengthscale: float) -> Array:
    """Return m at values `n`."""
    root = math.sqrt(2) * lengthscale
    m: Array = lengthscale * math.sqrt(math.pi / 2) * (erf((1 - x) / root) + erf(x / root))
    return m


def _averages_slope(x: Array, lengthscale: float, m: Array) -> Array:
    """Return the derivative of m by the log lengthscale."""
    to_0, to_1 = x / lengthscale, (1 - x) / lengthscale
    slope: Array = m - x * np.exp(-0.5 * to_0 * to_0) - (1 - x) * np.exp(-0.5 * to_1 * to_1)
    return slope


def _tensor_averages(x: Tensor, lengthscale: float) -> Tensor:
    root = math.sqrt(2) * lengthscale
    return lengthscale * math.sqrt(math.pi / 2) * (torch.erf((1 - x) / root) + torch.erf(x / root))


def _average(lengthscale: float) -> tuple[float, float]:
    """Return M and its derivative by the log lengthscale."""
    peak = math.sqrt(2 * math.pi) * lengthscale * math.erf(1 / (math.sqrt(2) * lengthscale))
    fall = 2 * lengthscale**2 * math.expm1(-0.5 / lengthscale**2)
    return peak + fall, peak + 2 * fall
