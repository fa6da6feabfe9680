"""The kernel that knows which parameter is the intensity: responses rise along it, at a rate that varies smoothly."""

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
from aepsych_grpc.core.models.rising_kernel import SLOPE, SLOPE_SD


@dataclass(frozen=True, slots=True)
class IntensityKernel:
    """A psychometric function whose threshold and slope vary with the context, plus a smooth rest.

    With intensity i and context c (all other coordinates):

        mean = beta (i - 1/2)
        K = 2 + (sa + beta^2 sb (i - 1/2) (i' - 1/2)) kc(c, c') + s2 exp(-1/2 sum_j distance_j(x, x') / ls_j^2)
        kc = exp(-1/2 sum_j distance_j(c, c') / lc_j^2)

    sa is the variance of threshold times slope, sb the slope's relative variance. The rest s2 keeps the model right
    where responses do not rise along i.

    Attributes:
        categorical: For every coordinate, whether its values are categories without order.
        intensity: Index of the intensity coordinate.
        scale: Size of the field relative to one seen through a probit.

    Raises:
        ValueError: the intensity is categorical or no coordinate.
    """

    categorical: tuple[bool, ...]
    intensity: int
    scale: float = 1.0
    hyperprior: Hyperprior = field(init=False, repr=False, compare=False)
    context: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        d = len(self.categorical)
        if not 0 <= self.intensity < d or self.categorical[self.intensity]:
            raise ValueError(f"Coordinate {self.intensity} of {d} cannot be an intensity.")
        context = tuple(j for j in range(d) if j != self.intensity)
        object.__setattr__(self, "context", context)
        parameters = (
            *(LogParameter(f"lengthscale_{j}", 0.5 * math.sqrt(d), 0.75) for j in range(d)),
            *(LogParameter(f"context_lengthscale_{j}", 0.5 * math.sqrt(d - 1), 0.75) for j in context),
            LogParameter("threshold_variance", 4.0 * self.scale**2, 1.25),
            LogParameter("slope_variance", 0.15, 1.0),
            LogParameter("slope", SLOPE * self.scale, SLOPE_SD),
            LogParameter("variance", 4.0 / math.e * self.scale**2, 1.25),
        )
        object.__setattr__(self, "hyperprior", Hyperprior(parameters))

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return len(self.categorical)

    def mean(self, theta: Log, X: Tensor) -> Tensor:
        """Return beta (i - 1/2)."""
        return (X[:, self.intensity] - 0.5) * math.exp(theta[-2])

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return 2 + sa + beta^2 sb (i - 1/2)^2 + s2."""
        sa, sb, beta, s2 = natural(theta[-4:])
        i = X[:, self.intensity] - 0.5
        return CONSTANT_VARIANCE + sa + beta**2 * sb * i * i + s2

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance; `m x d` and `k x d` to `m x k`."""
        d, c = len(self.categorical), list(self.context)
        values = natural(theta)
        sa, sb, beta, s2 = values[-4:]
        unordered = [self.categorical[j] for j in c]
        kc = log_correlation(X[:, c], Z[:, c], values[d:-4], unordered).exp_()
        rest = log_correlation(X, Z, values[:d], self.categorical).add_(math.log(s2)).exp_()
        i, j = X[:, self.intensity] - 0.5, Z[:, self.intensity] - 0.5
        line = torch.stack([i * (beta**2 * sb), torch.full_like(i, sa)], 1) @ torch.stack([j, torch.ones_like(j)])
        return torch.addcmul(rest, line, kc).add_(CONSTANT_VARIANCE)

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points as a function of theta."""
        (n, d), c = X.shape, list(self.context)
        blocks = distance_blocks(X, self.categorical)
        context_blocks = blocks[c]
        i = X[:, self.intensity] - 0.5
        squared_intensity = np.outer(i, i)

        def moments(theta: Log) -> PriorMoments:
            precisions = np.exp(-2 * np.asarray(theta[:-4]))
            sa, sb, beta, s2 = np.exp(theta[-4:])
            kc = np.exp(-0.5 * (precisions[d:] @ context_blocks)).reshape(n, n)
            line = squared_intensity * (beta**2 * sb)
            line += sa
            line *= kc
            rest = np.exp(-0.5 * (precisions[:d] @ blocks)).reshape(n, n)
            rest *= s2
            K = line + rest
            K += CONSTANT_VARIANCE
            K.ravel()[:: n + 1] += JITTER
            mean = beta * i

            def gradient(G: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
                by_context = precisions[d:] * (context_blocks @ (G * line).ravel())
                kc_G = G * kc
                by_sa = sa * kc_G.sum()
                by_sb = beta**2 * sb * float(i @ kc_G @ i)
                G *= rest
                by_rest = precisions[:d] * (blocks @ G.ravel())
                return np.concatenate([by_rest, by_context, [by_sa, by_sb, 2 * by_sb + b @ mean, G.sum()]])

            return PriorMoments(mean, K, gradient)

        return moments
