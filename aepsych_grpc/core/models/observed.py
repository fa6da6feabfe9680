"""What a belief is conditioned on: weighted sums of the field's values, then its values where responses were given."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.kernel import JITTER, Kernel, Log, PriorMoments


@dataclass(frozen=True, slots=True, eq=False)
class Functionals:
    """u = W f(P): weighted sums of the field's values, such as differences between neighbours.

    Attributes:
        points: P, `q x d`.
        weights: W, `m x q`.
    """

    points: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """u = W f(P), `m`, followed by f(X), `n`: the Gaussian numbers that sites are about.

    All that inference and prediction need of them comes from a kernel over points, whichever it is: with the points
    P and X together, covariances with f there are combined into those with u and f(X).

    Attributes:
        X: Where responses were given, `n x d`.
        functionals: W and P; None for values alone, at no cost.
        points: P and X, `(q + n) x d`.
    """

    X: Tensor
    functionals: Functionals | None = None
    points: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        known = self.functionals
        object.__setattr__(self, "points", self.X if known is None else torch.cat([known.points, self.X]))

    def combined(self, with_points: Tensor) -> Tensor:
        """Return what is linear in f for u and f(X), `... x (m + n)`, from the same for the points, `... x (q + n)`."""
        if self.functionals is None:
            return with_points
        weights = self.functionals.weights
        q = weights.shape[1]
        return torch.cat([with_points[..., :q] @ weights.T, with_points[..., q:]], -1)

    def covariance(self, kernel: Kernel, theta: Log, X: Tensor) -> Tensor:
        """Return the prior covariance of f at points with u and f(X); `k x d` to `k x (m + n)`, differentiable."""
        return self.combined(kernel.covariance(theta, X, self.points))

    def mean(self, kernel: Kernel, theta: Log) -> Tensor:
        """Return the prior mean of u and f(X), `m + n`."""
        return self.combined(kernel.mean(theta, self.points))

    def variance(self, kernel: Kernel, theta: Log) -> Tensor:
        """Return the prior variance of u and f(X), `m + n`, without JITTER."""
        values = kernel.variance(theta, self.X)
        if self.functionals is None:
            return values
        W, P = self.functionals.weights, self.functionals.points
        return torch.cat([((W @ kernel.covariance(theta, P, P)) * W).sum(1), values])

    def moments(self, kernel: Kernel, theta: Log) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return prior mean and covariance of u and f(X); JITTER is on the diagonal of f's covariance at the points."""
        K = kernel.covariance(theta, self.points, self.points)
        K.ravel()[:: len(K) + 1] += JITTER
        mean = self.mean(kernel, theta).numpy()
        return mean, K.numpy() if self.functionals is None else self.combined(self.combined(K).T).numpy()

    def on(self, kernel: Kernel) -> Callable[[Log], PriorMoments]:
        """Return the same as a function of theta, with derivatives; what does not depend on theta is kept."""
        prior = kernel.on(np.ascontiguousarray(self.points.numpy()))
        return prior if self.functionals is None else _combined_moments(prior, self.functionals.weights.numpy())


def _combined_moments(
    of_points: Callable[[Log], PriorMoments], W: NDArray[np.float64]
) -> Callable[[Log], PriorMoments]:
    def rows(weights: NDArray[np.float64], A: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the first rows combined by the weights, and the others as they are."""
        k = weights.shape[1]
        return np.concatenate([weights @ A[:k], A[k:]])

    def moments(theta: Log) -> PriorMoments:
        prior = of_points(theta)

        def gradient(G: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
            return prior.gradient(np.ascontiguousarray(rows(W.T, rows(W.T, G).T).T), rows(W.T, b))

        K = np.ascontiguousarray(rows(W, rows(W, prior.K).T))
        return PriorMoments(rows(W, prior.mean), K, gradient)

    return moments
