"""The kernel of a psychometric function whose threshold and slope are each a smooth function of the context."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.distance import distance_blocks, log_correlation
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.kernel import JITTER, Log, PriorMoments, natural
from aepsych_grpc.core.models.rising_kernel import SLOPE, SLOPE_SD

LEVEL_VARIANCE = 1 / 12
"""Variance of the threshold's overall level, in units of the intensity's range: that of a uniform one within it."""

THRESHOLD_VARIANCE = 1 / 16
"""Prior centre of the variance that the threshold has over contexts: standard deviation a quarter of the range.

Times the square of the slope's centre it is 4, the centre of the intensity kernel's threshold variance."""


@dataclass(frozen=True, slots=True)
class SemiParametricKernel:
    """The mean and covariance of slope times distance from threshold, both Gaussian processes of the context.

    With intensity i in [0, 1] and context c (all other coordinates):

        f(x) = k(c) (i - t(c)),   t(c) ~ GP(1/2, st0 + st kt(c, c')),   log k(c) ~ GP(log slope - sk / 2, sk kk(c, c'))

        mean = slope (i - 1/2)
        K = slope^2 (exp(sk kk) ((i - 1/2) (i' - 1/2) + st0 + st kt) - (i - 1/2) (i' - 1/2))

    with kt and kk squared-exponential in the context, each with its own lengthscales, and st0 = 1/12. The model is that
    of Keeley, Letham, Sanders, Tymms and Shvartsman (2023), "A semi-parametric model for decision making in
    high-dimensional sensory discrimination tasks", AAAI. Mean and covariance are those of f exactly, the slope being
    log-normal and so above 0; taken for Gaussian is the product. (Its cumulants beyond the second are small where
    sk is: .39 is the slope's relative standard deviation at the prior's centre.)

    Against the intensity kernel: the threshold's prior is in units of the intensity's range and stays what it is while
    the slope is learned; a flatter slope spreads all the threshold's effects; there is no rest, so that f is a straight
    line along i in every context.

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
            *(LogParameter(f"threshold_lengthscale_{j}", 0.5 * math.sqrt(d - 1), 0.75) for j in context),
            *(LogParameter(f"slope_lengthscale_{j}", 0.5 * math.sqrt(d - 1), 0.75) for j in context),
            LogParameter("threshold_variance", THRESHOLD_VARIANCE, 1.25),
            LogParameter("log_slope_variance", 0.15, 1.0),
            LogParameter("slope", SLOPE * self.scale, SLOPE_SD),
        )
        object.__setattr__(self, "hyperprior", Hyperprior(parameters))

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return len(self.categorical)

    def mean(self, theta: Log, X: Tensor) -> Tensor:
        """Return slope (i - 1/2)."""
        return (X[:, self.intensity] - 0.5) * math.exp(theta[-1])

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return slope^2 (exp(sk) ((i - 1/2)^2 + st0 + st) - (i - 1/2)^2)."""
        st, sk, slope = natural(theta[-3:])
        i = X[:, self.intensity] - 0.5
        return slope**2 * (math.expm1(sk) * i * i + math.exp(sk) * (LEVEL_VARIANCE + st))

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance; `m x d` and `k x d` to `m x k`."""
        c, k = list(self.context), len(self.context)
        values = natural(theta)
        st, sk, slope = values[-3:]
        unordered = [self.categorical[j] for j in c]
        threshold = log_correlation(X[:, c], Z[:, c], values[:k], unordered).add_(math.log(st)).exp_()
        growth = torch.exp(log_correlation(X[:, c], Z[:, c], values[k:-3], unordered).exp_() * sk)
        line = torch.outer(X[:, self.intensity] - 0.5, Z[:, self.intensity] - 0.5)
        return (growth * (line + threshold + LEVEL_VARIANCE) - line) * slope**2

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points as a function of theta."""
        n, c, k = len(X), list(self.context), len(self.context)
        blocks = distance_blocks(X[:, c], [self.categorical[j] for j in c])
        i = X[:, self.intensity] - 0.5
        line = np.outer(i, i)

        def moments(theta: Log) -> PriorMoments:
            precisions = np.exp(-2 * np.asarray(theta[:-3]))
            st, sk, slope = np.exp(theta[-3:])
            threshold = np.exp(-0.5 * (precisions[:k] @ blocks)).reshape(n, n)
            threshold *= st
            relative = np.exp(-0.5 * (precisions[k:] @ blocks)).reshape(n, n)
            relative *= sk
            growth = np.exp(relative)
            growth *= slope**2
            whole = threshold + (line + LEVEL_VARIANCE)
            whole *= growth
            K = whole - slope**2 * line
            K.ravel()[:: n + 1] += JITTER
            mean = slope * i

            def gradient(G: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
                by_slope = 2 * (np.vdot(G, K) - JITTER * np.trace(G)) + b @ mean
                by_threshold = (G * growth * threshold).ravel()
                G *= whole
                G *= relative
                return np.concatenate(
                    [
                        precisions[:k] * (blocks @ by_threshold),
                        precisions[k:] * (blocks @ G.ravel()),
                        [by_threshold.sum(), G.sum(), by_slope],
                    ]
                )

            return PriorMoments(mean, K, gradient)

        return moments
