"""The seam between kernels and inference: the prior of the latent field.

Hyperparameters are passed as their logarithms, `theta`, in the order of `Kernel.hyperprior`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior

CONSTANT_VARIANCE = 2.0
"""Variance of the field's overall level, a constant with the prior N(0, 2)."""

JITTER = 1e-6
"""Added to the training covariance's diagonal, so that repeated points leave it positive definite."""

Log = Sequence[float] | NDArray[np.float64]
"""Logarithms of the hyperparameters."""


def natural(theta: Log) -> list[float]:
    """Return hyperparameters from their logarithms."""
    values: list[float] = np.exp(theta).tolist()
    return values


@dataclass(frozen=True, slots=True)
class PriorMoments:
    """The prior of the latent values at the training points, and its derivatives.

    Attributes:
        mean: `n`.
        K: Covariance, `n x n`, with JITTER on the diagonal.
        gradient: Maps G, `n x n`, and b, `n`, to sum_ij G_ij dK_ij/dtheta + sum_i b_i dmean_i/dtheta for every
            theta; it may overwrite G.
    """

    mean: NDArray[np.float64]
    K: NDArray[np.float64]
    gradient: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


class Kernel(Protocol):
    """A Gaussian process prior with named hyperparameters."""

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""

    @property
    def hyperprior(self) -> Hyperprior:
        """The hyperparameters and their prior."""

    def mean(self, theta: Log, X: Tensor) -> Tensor:
        """Return the prior mean; `m x d` to `m`, differentiable."""

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return the prior variance; `m x d` to `m`, differentiable."""

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance, without jitter; `m x d` and `k x d` to `m x k`, differentiable."""

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points `n x d` as a function of theta; what does not depend on theta is kept."""
