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
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import blas
from scipy.special import erf
from torch import Tensor

Array = NDArray[np.float64]


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


class TrainingEffect(Protocol):
    """An effect's correlations u of all pairs of training points, as a function of its lengthscale."""

    def weighted(self, lengthscale: float, weight: float, out: Array) -> None:
        """Put 1 + weight u, one for each pair, into `out`."""

    def gradient(self, lengthscale: float, weight: float, weighted: Array, h: Array) -> float:
        """Return weight sum h du / dlog lengthscale, of h for each pair; `weighted` is what went into `out`."""


class OrderedEffect:
    """The effect of an ordered coordinate with values x, `n`, at the training points."""

    def __init__(self, x: Array, pairs: Pairs) -> None:
        self._x, self._n = x, pairs.n
        self._apart = (x[pairs.first] - x[pairs.second]) ** 2
        self._itself = np.flatnonzero(pairs.first == pairs.second)

    def weighted(self, lengthscale: float, weight: float, out: Array) -> None:
        """Put 1 + weight u, one for each pair, into `out`."""
        np.multiply(self._apart, -0.5 / lengthscale**2, out=out)
        np.exp(out, out=out)
        m, _ = _averages(self._x, lengthscale)
        M, _ = _average(lengthscale)
        weight = weight / (1 - M)
        out *= weight
        out += 1
        blas.dspr(self._n, -weight / M, m, out, lower=1, overwrite_ap=1)

    def gradient(self, lengthscale: float, weight: float, weighted: Array, h: Array) -> float:
        """Return weight sum h du / dlog lengthscale, of h for each pair; `weighted` is what went into `out`."""
        m, dm = _averages(self._x, lengthscale)
        M, dM = _average(lengthscale)
        scaled = weight / (1 - M)
        # h m is h as a symmetric matrix times m: it has all but the diagonal twice.
        hm = blas.dspmv(self._n, 1.0, h, m, lower=1) + h[self._itself] * m
        by_u = np.dot(h, weighted) - h.sum()
        h = h * self._apart
        by_k = np.dot(h, weighted) - h.sum() + 0.5 * scaled / M * (m @ blas.dspmv(self._n, 1.0, h, m, lower=1))
        by_average = scaled * (0.5 * dM * (m @ hm) / M - dm @ hm) / M
        return float(by_k / lengthscale**2 + by_average + dM / (1 - M) * by_u)


class CategoricalEffect:
    """The effect of categories with codes x, `n`, at the training points; it has no lengthscale."""

    def __init__(self, x: Array, pairs: Pairs, categories: int) -> None:
        self._u = ((x[pairs.first] == x[pairs.second]) - 1 / categories) * (categories / max(categories - 1, 1))

    def weighted(self, lengthscale: float, weight: float, out: Array) -> None:  # noqa: ARG002  # as of ordered ones
        """Put 1 + weight u, one for each pair, into `out`."""
        np.multiply(self._u, weight, out=out)
        out += 1

    def gradient(self, lengthscale: float, weight: float, weighted: Array, h: Array) -> float:  # noqa: ARG002  # same
        """Return 0."""
        return 0.0


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


def _averages(x: Array, lengthscale: float) -> tuple[Array, Array]:
    """Return m at values `n`, and its derivative by the log lengthscale."""
    to_0, to_1 = x / lengthscale, (1 - x) / lengthscale
    m = lengthscale * math.sqrt(math.pi / 2) * (erf(to_1 / math.sqrt(2)) + erf(to_0 / math.sqrt(2)))
    dm = m - x * np.exp(-0.5 * to_0 * to_0) - (1 - x) * np.exp(-0.5 * to_1 * to_1)
    return m, dm


def _tensor_averages(x: Tensor, lengthscale: float) -> Tensor:
    root = math.sqrt(2) * lengthscale
    return lengthscale * math.sqrt(math.pi / 2) * (torch.erf((1 - x) / root) + torch.erf(x / root))


def _average(lengthscale: float) -> tuple[float, float]:
    """Return M and its derivative by the log lengthscale."""
    peak = math.sqrt(2 * math.pi) * lengthscale * math.erf(1 / (math.sqrt(2) * lengthscale))
    fall = 2 * lengthscale**2 * math.expm1(-0.5 / lengthscale**2)
    return peak + fall, peak + 2 * fall
