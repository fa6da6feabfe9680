"""The kernel without knowledge of the parameters' roles: a smooth field with one lengthscale per coordinate."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.distance import distance_blocks, log_correlation
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.kernel import CONSTANT_VARIANCE, JITTER, Log, PriorMoments, natural


@dataclass(frozen=True, slots=True)
class ArdKernel:
    """Squared-exponential kernel with automatic relevance determination (Rasmussen & Williams 2006, eq. 5.1).

        K = 2 + s2 exp(-1/2 sum_j distance_j(x, x') / ls_j^2),  mean 0

    Attributes:
        categorical: For every coordinate, whether its values are categories without order.
        variance_centre: Where the prior of s2 is centred, in squared units of f.
    """

    categorical: tuple[bool, ...]
    variance_centre: float = 4.0
    hyperprior: Hyperprior = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        d = len(self.categorical)
        lengthscales = [LogParameter(f"lengthscale_{j}", 0.5 * math.sqrt(d), 0.75) for j in range(d)]
        object.__setattr__(
            self, "hyperprior", Hyperprior((*lengthscales, LogParameter("variance", self.variance_centre, 1.25)))
        )

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return len(self.categorical)

    def mean(self, theta: Log, X: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature: this prior has no mean
        """Return 0 at every point."""
        return torch.zeros(len(X), dtype=X.dtype)

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return 2 + s2 at every point."""
        return torch.full((len(X),), CONSTANT_VARIANCE + math.exp(theta[-1]), dtype=X.dtype)

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance; `m x d` and `k x d` to `m x k`."""
        *lengthscales, s2 = natural(theta)
        return log_correlation(X, Z, lengthscales, self.categorical).add_(math.log(s2)).exp_() + CONSTANT_VARIANCE

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points as a function of theta."""
        n = len(X)
        blocks = distance_blocks(X, self.categorical)
        mean = np.zeros(n)

        def moments(theta: Log) -> PriorMoments:
            precisions = np.exp(-2 * np.asarray(theta[:-1]))
            smooth = np.exp(-0.5 * (precisions @ blocks)).reshape(n, n)
            smooth *= math.exp(theta[-1])
            K = smooth + CONSTANT_VARIANCE
            K.ravel()[:: n + 1] += JITTER

            def gradient(G: NDArray[np.float64], _b: NDArray[np.float64]) -> NDArray[np.float64]:
                G *= smooth
                return np.append(precisions * (blocks @ G.ravel()), G.sum())

            return PriorMoments(mean, K, gradient)

        return moments
