"""The kernel of differences: how much more the second of two stimuli is preferred than the first."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.models.kernel import JITTER, Kernel, Log, PriorMoments

BLOCK = 64
"""Pairs whose covariances are computed together, of which only those within a pair are used."""


@dataclass(frozen=True, slots=True)
class DifferenceKernel:
    """The prior of u(x, z) = f(z) - f(x), with a point for each pair: its two stimuli side by side.

        cov(u(x, z), u(x', z')) = k(x, x') - k(x, z') - k(z, x') + k(z, z')

    What f has in common everywhere, such as its overall level, cancels (Chu & Ghahramani 2005, "Preference learning
    with Gaussian processes", section 2).

    Attributes:
        utility: The prior of f, over single stimuli.
    """

    utility: Kernel

    @property
    def d(self) -> int:
        """Number of coordinates of a pair."""
        return 2 * self.utility.d

    @property
    def hyperprior(self) -> Hyperprior:
        """The hyperparameters of f and their prior."""
        return self.utility.hyperprior

    def mean(self, theta: Log, X: Tensor) -> Tensor:
        """Return the prior mean at pairs; `m x 2d` to `m`."""
        first, second = self._apart(X)
        return self.utility.mean(theta, second) - self.utility.mean(theta, first)

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return the prior variance at pairs; `m x 2d` to `m`."""
        first, second = self._apart(X)
        blocks = zip(torch.split(first, BLOCK), torch.split(second, BLOCK), strict=True)
        within = torch.cat([self.utility.covariance(theta, *block).diagonal() for block in blocks])
        return self.utility.variance(theta, first) + self.utility.variance(theta, second) - 2 * within

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance of pairs; `m x 2d` and `k x 2d` to `m x k`."""
        with_second, with_first = (self.with_utility(theta, one, Z) for one in reversed(self._apart(X)))
        return with_second - with_first

    def with_utility(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance of f at stimuli with u at pairs; `m x d` and `k x 2d` to `m x k`."""
        first, second = self._apart(Z)
        return self.utility.covariance(theta, X, second) - self.utility.covariance(theta, X, first)

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training pairs as a function of theta."""
        n, d = len(X), self.utility.d
        utilities = self.utility.on(np.concatenate([X[:, :d], X[:, d:]]))

        def moments(theta: Log) -> PriorMoments:
            prior = utilities(theta)
            between = prior.K[:n, n:]
            K = prior.K[:n, :n] + prior.K[n:, n:] - between - between.T
            K.ravel()[:: n + 1] -= JITTER  # of two values each has its own

            def gradient(G: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
                return prior.gradient(np.block([[G, -G], [-G, G]]), np.concatenate([-b, b]))

            return PriorMoments(prior.mean[n:] - prior.mean[:n], K, gradient)

        return moments

    def _apart(self, X: Tensor) -> tuple[Tensor, Tensor]:
        return X[:, : self.utility.d], X[:, self.utility.d :]
