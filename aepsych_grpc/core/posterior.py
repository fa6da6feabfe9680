"""What acquisition functions and queries may know of a model: its belief about the latent field."""

from typing import Protocol

from torch import Tensor


class Posterior(Protocol):
    """A Gaussian belief about the latent field f over the unit cube; immutable."""

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of f at each point; `m x d` to `m` and `m`."""

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of f at the points together; `m x d` to `m` and `m x m`."""

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(f(X), f(Z)); `m x d` and `k x d` to `m x k`."""
