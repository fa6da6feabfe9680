"""The distribution function of the standard bivariate normal."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, owens_t

NOT_ZERO = 1e-100
"""Stands in for 0 where a ratio is taken; the limit is reached long before."""

Floats = npt.NDArray[np.float64]


def bivariate_normal_cdf(h: Floats, k: Floats, rho: Floats) -> Floats:
    """Return P(A < h, B < k) for standard normal A and B with correlation rho in (-1, 1), elementwise.

    Phi(h)/2 + Phi(k)/2 - T(h, (k/h - rho)/r) - T(k, (h/k - rho)/r) - [hk < 0]/2 with r = sqrt(1 - rho^2) and
    Owen's T (Owen 1956, eq. 2.1).
    """
    h = np.where(np.abs(h) < NOT_ZERO, NOT_ZERO, h)
    k = np.where(np.abs(k) < NOT_ZERO, NOT_ZERO, k)
    r = np.sqrt((1 - rho) * (1 + rho))
    parts = (ndtr(h) + ndtr(k)) / 2 - owens_t(h, (k / h - rho) / r) - owens_t(k, (h / k - rho) / r)
    return np.asarray(np.clip(parts - np.where(h * k < 0, 0.5, 0.0), 0, 1), dtype=np.float64)
