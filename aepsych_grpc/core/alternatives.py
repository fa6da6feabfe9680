"""Several equally likely beliefs taken together, where nobody knows which hyperparameters are the right ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Equally likely beliefs; as one belief they have the mean and the covariance of their mixture.

    What looks at the parts (`parts`) knows more: what a response tells of which belief is right.
    """

    beliefs: tuple[Posterior, ...]

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return self.beliefs[0].d

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of f at each point; `m x d` to `m` and `m`."""
        means, variances = _stacked([belief.marginals(X) for belief in self.beliefs])
        return means.mean(0), variances.mean(0) + means.var(0, correction=0)

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of f at the points together; `m x d` to `m` and `m x m`."""
        means, covariances = _stacked([belief.joint(X) for belief in self.beliefs])
        return means.mean(0), covariances.mean(0) + _between(means, means)

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(f(X), f(Z)); `m x d` and `k x d` to `m x k`."""
        within = torch.stack([belief.covariance(X, Z) for belief in self.beliefs]).mean(0)
        by_X, by_Z = (torch.stack([belief.marginals(points)[0] for belief in self.beliefs]) for points in (X, Z))
        return within + _between(by_X, by_Z)


def parts(posterior: Posterior) -> tuple[Posterior, ...]:
    """Return the equally likely beliefs that a belief consists of: itself, if there is no more to it."""
    return posterior.beliefs if isinstance(posterior, Alternatives) else (posterior,)


def _stacked(moments: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    firsts, seconds = zip(*moments, strict=True)
    return torch.stack(firsts), torch.stack(seconds)


def _between(by_X: Tensor, by_Z: Tensor) -> Tensor:
    """Return the covariance of means, `c x m` and `c x k`, between equally likely beliefs; `m x k`."""
    return (by_X - by_X.mean(0)).T @ (by_Z - by_Z.mean(0)) / len(by_X)
