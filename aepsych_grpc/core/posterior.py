"""What acquisition functions and queries may know of a model: its belief about the latent field."""

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

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


Relation: TypeAlias = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
"""From points X, `m x d`, to mean and variance of f there, `m` and `m`, and its covariance with f(Z), `m x k`."""


@runtime_checkable
class Related(Protocol):
    """A belief that works out once what the covariances with some points have in common."""

    def relation(self, Z: Tensor) -> Relation:
        """Return moments and covariances with f(Z) as a function of X, for points Z, `k x d`."""


def relation(posterior: Posterior, Z: Tensor) -> Relation:
    """Return moments and covariances with f(Z) as a function of X, for points Z, `k x d`."""
    if isinstance(posterior, Related):
        return posterior.relation(Z)
    return lambda X: (*posterior.marginals(X), posterior.covariance(X, Z))
