"""The goal of functions that seek an extremum: the highest field, or the lowest one."""

from dataclasses import dataclass

from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.core.posterior import Posterior

MAXIMUM, MINIMUM = "maximum", "minimum"
GOAL = "What is sought: where the response is highest (maximum) or lowest (minimum)."


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalOptions:
    """What is sought."""

    goal: str = option(MAXIMUM, GOAL, choices=(MAXIMUM, MINIMUM))


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The belief about -f, whose maximum is the minimum of f."""

    belief: Posterior

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return self.belief.d

    def marginals(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and variance of -f at each point; `m x d` to `m` and `m`."""
        mean, variance = self.belief.marginals(X)
        return -mean, variance

    def joint(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and covariance of -f at the points together; `m x d` to `m` and `m x m`."""
        mean, covariance = self.belief.joint(X)
        return -mean, covariance

    def covariance(self, X: Tensor, Z: Tensor) -> Tensor:
        """Return cov(f(X), f(Z)); `m x d` and `k x d` to `m x k`."""
        return self.belief.covariance(X, Z)


def toward(goal: str, posterior: Posterior) -> Posterior:
    """Return the belief about what is to be as high as possible: f, or -f where the goal is its minimum."""
    return Mirrored(posterior) if goal == MINIMUM else posterior
