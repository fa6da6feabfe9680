"""Anticipation: the belief that is expected once the pending trials are answered."""

from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.alternatives import Alternatives
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class AnticipatedPosterior:
    """A belief with trials counted in whose responses aren't known yet.

    The expectation of a moment-matched belief over its next response keeps the mean and shrinks the covariance by
    r c c', with c the covariance with the trial's point and r = -E[d2(y)]. Trials are counted in one after the other,
    so that the covariance shrinks by U U' with U = cov(X, points) T.

    Attributes:
        belief: The belief from the responses told.
        points: The trials' points, `p x d`.
        T: Makes U from the covariance with the points, `p x p`, upper triangular.
    """

    belief: Posterior
    points: Tensor
    T: Tensor

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return self.belief.d

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of f at each point; `m x d` to `m` and `m`."""
        mean, variance = self.belief.marginals(X)
        return mean, (variance - self._reduction(X).square().sum(1)).clamp(min=1e-9)

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of f at the points together; `m x d` to `m` and `m x m`."""
        mean, covariance = self.belief.joint(X)
        U = self._reduction(X)
        return mean, covariance - U @ U.T

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(f(X), f(Z)); `m x d` and `k x d` to `m x k`."""
        return self.belief.covariance(X, Z) - self._reduction(X) @ self._reduction(Z).T

    def _reduction(self, X: Tensor) -> Tensor:
        return self.belief.covariance(X, self.points) @ self.T


def anticipate(belief: Posterior, response: Response, points: Tensor) -> Posterior:
    """Count in trials at points, `p x d`, that await a response."""
    p = len(points)
    if not p:
        return belief
    if isinstance(belief, Alternatives):
        return Alternatives(tuple(anticipate(part, response, points) for part in belief.beliefs))
    mean, covariance = belief.joint(points)
    T = torch.zeros(p, p, dtype=torch.float64)
    for j in range(p):
        U = covariance @ T[:, :j]
        variance = (covariance[j, j] - U[j] @ U[j]).clamp(min=1e-9)
        shrinkage = _expected_shrinkage(response, mean[j], variance)
        column = -T[:, :j] @ U[j]
        column[j] += 1
        T[:, j] = shrinkage.sqrt() * column
    return AnticipatedPosterior(belief, points, T)


def _expected_shrinkage(response: Response, mean: Tensor, variance: Tensor) -> Tensor:
    """Return r = -sum_y p(y) d2(y), in [0, 1 / variance]."""
    shrinkage = torch.zeros((), dtype=torch.float64)
    for one in response.foreseen(mean, variance):
        shrinkage -= one.weight * one.d2
    return torch.minimum(shrinkage.clamp(min=0), 1 / variance)
