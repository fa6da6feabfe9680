"""What one coordinate does by itself: smooth functions on [0, 1] whose average is 0.

The squared-exponential kernel k of a function g, given that its integral over the unit interval is 0:

    k(x, z) - m(x) m(z) / M,   m(x) = int k(x, s) ds,   M = int int k(s, t) ds dt

(Lu, Boukouvalas and Hensman 2022, "Additive Gaussian processes revisited", ICML, eqs. 5 to 8, for a uniform measure),
here divided by its average variance 1 - M, so that the weight of an effect says how large it is whatever its
lengthscale. Of L categories, all with the same chance, the same construction leaves

    (1[x = z] - 1 / L) L / (L - 1)

whatever the correlation of different categories.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import erf
from torch import Tensor

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrainingEffect:
    """An effect's correlations at the training points, `n x n`, and the derivative by its log lengthscale.

    Attributes:
        U: The correlations.
        gradient: Maps H, `n x n`, to sum_ij H_ij dU_ij / dlog lengthscale.
    """

    U: Array
    gradient: Callable[[Array], float]


def effect_on(x: Array) -> Callable[[float], TrainingEffect]:
    """Return the correlations of the effect of an ordered coordinate with values x, `n`, by lengthscale."""
    apart = np.subtract.outer(x, x)
    apart *= apart

    def at(lengthscale: float) -> TrainingEffect:
        precision = lengthscale**-2
        k = np.exp(apart * (-0.5 * precision))
        m, dm = _averages(x, lengthscale)
        M, dM = _average(lengthscale)
        U = np.outer(m, m * (-1 / M))
        U += k
        U *= 1 / (1 - M)

        def gradient(H: Array) -> float:
            Hm, mH = H @ m, m @ H
            by_k = precision * np.vdot(H * k, apart)
            by_m = dm @ Hm + mH @ dm
            total = by_k - by_m / M + dM * (m @ Hm) / M**2 + dM * np.vdot(H, U)
            return float(total / (1 - M))

        return TrainingEffect(U, gradient)

    return at


def categorical_effect_on(x: Array, categories: int) -> TrainingEffect:
    """Return the correlations of the effect of categories with codes x, `n`."""
    same = np.equal.outer(x, x).astype(np.float64)
    return TrainingEffect((same - 1 / categories) * (categories / max(categories - 1, 1)), lambda _: 0.0)


def effect(x: Tensor, z: Tensor, lengthscale: float, categories: int) -> Tensor:
    """Return the correlations of an effect between values, `m` and `k` to `m x k`, differentiable.

    `categories` is 0 for a coordinate with an order.
    """
    if categories:
        same = (x[:, None] == z).to(x.dtype)
        return (same - 1 / categories) * (categories / max(categories - 1, 1))
    M, _ = _average(lengthscale)
    k = torch.exp((x[:, None] - z).square() * (-0.5 / lengthscale**2))
    m_x, m_z = (_tensor_averages(values, lengthscale) for values in (x, z))
    return torch.addr(k, m_x, m_z, alpha=-1 / M) * (1 / (1 - M))


def effect_variance(x: Tensor, lengthscale: float, categories: int) -> Tensor:
    """Return the variance of an effect at values, `m`, differentiable; its average is 1."""
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
