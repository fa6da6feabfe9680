"""The belief about the latent field that expectation propagation yields."""

from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.models.expectation_propagation import MIN_VARIANCE, Sites
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.observed import Observed
from aepsych_grpc.core.posterior import Relation

BLOCK = 4096
"""Points predicted at a time: bounds the memory that a large query takes."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentPosterior:
    """A Gaussian process given Gaussian sites (Rasmussen & Williams 2006, eqs. 3.60 and 3.61).

        mean(x) = m0(x) + k(x, X) b,   cov(x, z) = k(x, z) - (W k(X, x))' (W k(X, z))

    X are the points of all trials, or fewer that stand for them (`belief`).

    Attributes:
        kernel: The prior.
        theta: Logarithms of its hyperparameters.
        data: The responses that were learned from.
        observed: What the sites are about: where responses were given, and what is known beforehand.
        sites: Their Gaussian factors, `n`.
        basis: In terms of what the belief is written, `m`: what was observed, or values at inducing points.
        weights: b, `m`.
        whitener: W, `m x m`.
        log_evidence: log Z of the data and what is known.
        converged: Whether expectation propagation settled.
        response_theta: Logarithms of the response's own hyperparameters, if it has any.
    """

    kernel: Kernel
    theta: tuple[float, ...]
    data: TrainingData
    observed: Observed
    sites: Sites
    basis: Observed
    weights: Tensor
    whitener: Tensor
    log_evidence: float
    converged: bool
    response_theta: tuple[float, ...] = ()

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return self.data.X.shape[1]

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of f at each point; `m x d` to `m` and `m`, differentiable by X."""
        parts = [self._explained(part)[:2] for part in torch.split(X, BLOCK)]
        if len(parts) == 1:
            return parts[0]
        return torch.cat([mean for mean, _ in parts]), torch.cat([variance for _, variance in parts])

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of f at the points together; `m x d` to `m` and `m x m`, differentiable by X."""
        prior = self.basis.covariance(self.kernel, self.theta, X)
        explained = prior @ self.whitener.T
        covariance = torch.addmm(self.kernel.covariance(self.theta, X, X), explained, explained.T, alpha=-1)
        floor = torch.diag((MIN_VARIANCE - covariance.diagonal()).clamp_min(0.0))
        return self.kernel.mean(self.theta, X) + prior @ self.weights, covariance + floor

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(f(X), f(Z)); `m x d` and `k x d` to `m x k`, differentiable."""
        explained = self.basis.covariance(self.kernel, self.theta, X) @ self.whitener.T
        by_Z = self.basis.covariance(self.kernel, self.theta, Z) @ self.whitener.T
        return torch.addmm(self.kernel.covariance(self.theta, X, Z), explained, by_Z.T, alpha=-1)

    def relation(self, Z: Tensor) -> Relation:
        """Return moments and covariances with f(Z), `k x d`, as a function of X; `m x d` to `m`, `m` and `m x k`."""
        by_Z = self.basis.covariance(self.kernel, self.theta, Z) @ self.whitener.T

        def moments(X: Tensor) -> tuple[Tensor, Tensor, Tensor]:
            mean, variance, explained = self._explained(X)
            return mean, variance, torch.addmm(self.kernel.covariance(self.theta, X, Z), explained, by_Z.T, alpha=-1)

        return moments

    def _explained(self, X: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean and variance at each point, and W k(X, x) of each, `m x n`."""
        prior = self.basis.covariance(self.kernel, self.theta, X)
        explained = prior @ self.whitener.T
        variance = self.kernel.variance(self.theta, X) - (explained * explained).sum(1)
        return self.kernel.mean(self.theta, X) + prior @ self.weights, variance.clamp_min(MIN_VARIANCE), explained
