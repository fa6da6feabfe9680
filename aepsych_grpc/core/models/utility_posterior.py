"""The belief about utilities that choices yield: how much each stimulus is preferred to the average one."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.expectation_propagation import MIN_VARIANCE
from aepsych_grpc.core.models.latent_posterior import BLOCK, LatentPosterior


@dataclass(frozen=True, slots=True, eq=False)
class UtilityPosterior:
    """g(x) = f(x) - mean_r f(r) over reference stimuli r, given choices between pairs.

    Choices tell f up to a constant; its differences from its own mean are all that they can tell, and have the
    uncertainty that choices leave, without that of the constant.

    Attributes:
        pairs: The belief about differences of f; its prior is a DifferenceKernel.
        kernel: That prior.
        reference: Points spread over the space, `r x d`.
    """

    pairs: LatentPosterior
    kernel: DifferenceKernel
    reference: Tensor
    _mean: Tensor = field(init=False, repr=False)
    _explained: Tensor = field(init=False, repr=False)
    _variance: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        mean, explained = self._plain(self.reference)
        object.__setattr__(self, "_mean", mean.mean())
        object.__setattr__(self, "_explained", explained.mean(0))
        prior = self.kernel.utility.covariance(self.pairs.theta, self.reference, self.reference)
        object.__setattr__(self, "_variance", prior.mean())

    @property
    def d(self) -> int:
        """Number of coordinates of a stimulus."""
        return self.kernel.utility.d

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of g at each point; `m x d` to `m` and `m`."""
        parts = [self._marginals(part) for part in torch.split(X, BLOCK)]
        return torch.cat([mean for mean, _ in parts]), torch.cat([variance for _, variance in parts])

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of g at the points together; `m x d` to `m` and `m x m`."""
        mean, _ = self._plain(X)
        covariance = self.covariance(X, X)
        floor = torch.diag((MIN_VARIANCE - covariance.diagonal()).clamp_min(0.0))
        return mean - self._mean, covariance + floor

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(g(X), g(Z)); `m x d` and `k x d` to `m x k`."""
        prior = self.kernel.utility.covariance(self.pairs.theta, X, Z)
        prior = prior - self._to_reference(X)[:, None] - self._to_reference(Z) + self._variance
        by_X, by_Z = (self._plain(points)[1] - self._explained for points in (X, Z))
        return prior - by_X @ by_Z.T

    def _marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        mean, explained = self._plain(X)
        prior = self.kernel.utility.variance(self.pairs.theta, X) - 2 * self._to_reference(X) + self._variance
        variance = prior - (explained - self._explained).square().sum(1)
        return mean - self._mean, variance.clamp_min(MIN_VARIANCE)

    def _plain(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean of f, `m`, and what its basis explains of it, `m x k`: f's covariance shrinks by E E'."""
        basis = self.pairs.basis
        prior = basis.combined(self.kernel.with_utility(self.pairs.theta, X, basis.points))
        mean = self.kernel.utility.mean(self.pairs.theta, X)
        return mean + prior @ self.pairs.weights, prior @ self.pairs.whitener.T

    def _to_reference(self, X: Tensor) -> Tensor:
        """Return the prior covariance of f with its mean over the reference; `m x d` to `m`."""
        return self.kernel.utility.covariance(self.pairs.theta, X, self.reference).mean(1)
