"""A Gaussian process of known kernel and noise, and a probit response: beliefs that need no fit."""

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor


@dataclass(frozen=True)
class KnownGaussianProcess:
    """f ~ GP(offset + slope x_0, variance RBF) given Gaussian observations of f with the noise variance."""

    X: Tensor
    y: Tensor
    variance: float = 1.0
    lengthscale: float = 0.3
    noise: float = 0.5
    offset: float = 0.0
    slope: float = 0.0
    whitener: Tensor = field(init=False)

    def __post_init__(self):
        K = self.kernel(self.X, self.X) + self.noise * torch.eye(len(self.X), dtype=torch.float64)
        object.__setattr__(self, "whitener", torch.linalg.inv(torch.linalg.cholesky(K)))

    def kernel(self, X, Z):
        return self.variance * torch.exp(-0.5 * ((X[:, None] - Z) / self.lengthscale).square().sum(-1))

    @property
    def d(self):
        return self.X.shape[1]

    def mean(self, X):
        prior = self.offset + self.slope * X[:, 0]
        residual = self.y - self.offset - self.slope * self.X[:, 0]
        return prior + self.kernel(X, self.X) @ self.whitener.T @ (self.whitener @ residual)

    def marginals(self, X):
        explained = self.kernel(X, self.X) @ self.whitener.T
        return self.mean(X), (self.variance - explained.square().sum(1)).clamp(min=1e-9)

    def joint(self, X):
        return self.mean(X), self.covariance(X, X)

    def covariance(self, X, Z):
        return (
            self.kernel(X, Z)
            - (self.kernel(X, self.X) @ self.whitener.T) @ (self.kernel(Z, self.X) @ self.whitener.T).T
        )


@pytest.fixture
def known_gp():
    """Make a known Gaussian process of d coordinates with n random observations."""

    def make(d=2, n=8, seed=0, **settings):
        generator = torch.Generator().manual_seed(seed)
        X = torch.rand(n, d, generator=generator, dtype=torch.float64)
        y = settings.get("offset", 0.0) + settings.get("slope", 0.0) * X[:, 0]
        y = y + torch.randn(n, generator=generator, dtype=torch.float64)
        return KnownGaussianProcess(X, y, **settings)

    return make
