"""The kernel of effects that add up: what each coordinate does by itself, and what they do together."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.centred_effect import (
    Pairs,
    categorical_effect,
    effect,
    effect_variance,
    ordered_effect,
)
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.kernel import CONSTANT_VARIANCE, JITTER, Log, PriorMoments, natural

TOTAL_VARIANCE = 4.0
"""Prior centre of the variance of all effects together, as of the smooth kernel's field."""

INTERACTION = 0.25
"""Prior centre of the interaction: of 2 or 8 coordinates they then have a third or more of the effects' variance."""


@dataclass(frozen=True, slots=True)
class AdditiveKernel:
    """Effects of single coordinates, and interactions of all orders, each with average 0 along each coordinate.

        f(x) = f_0 + sum_j f_j(x_j) + sum_{j<k} f_jk(x_j, x_k) + ...
        K = 2 + sum_j a_j u_j + r sum_{j<k} a_j a_k u_j u_k + r^2 ... = 2 + (prod_j (1 + r a_j u_j) - 1) / r

    with u_j the correlation of a centred effect (`centred_effect`). So an effect is the average of f over all other
    coordinates, under a uniform distribution over the unit cube, and none can pass for another: a_j says how much
    coordinate j matters by itself, as a variance of f, and r how much coordinates act together; r = 0 is the additive
    field. An orthogonal additive kernel (Lu, Boukouvalas and Hensman 2022, ICML), with the weights of interactions tied
    to those of the effects, where theirs are one for each order.

    Attributes:
        categories: For every coordinate, how many categories it has; 0 for one with an order.
        scale: Size of the field relative to one seen through a probit.
    """

    categories: tuple[int, ...]
    scale: float = 1.0
    hyperprior: Hyperprior = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        d = len(self.categories)
        lengthscales = (LogParameter(f"lengthscale_{j}", 0.5, 0.75) for j in range(d))
        effects = (LogParameter(f"effect_{j}", TOTAL_VARIANCE * self.scale**2 / d, 1.25) for j in range(d))
        interaction = LogParameter("interaction", INTERACTION / self.scale**2, 1.25)
        object.__setattr__(self, "hyperprior", Hyperprior((*lengthscales, *effects, interaction)))

    @property
    def d(self) -> int:
        """Number of coordinates of a point."""
        return len(self.categories)

    def mean(self, theta: Log, X: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature: this prior has no mean
        """Return 0 at every point."""
        return torch.zeros(len(X), dtype=X.dtype)

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return the prior variance; larger towards the ends of a coordinate."""
        *by_coordinate, r = natural(theta)
        product = torch.ones(len(X), dtype=X.dtype)
        for j, categories in enumerate(self.categories):
            product = product * (
                1 + r * by_coordinate[self.d + j] * effect_variance(X[:, j], by_coordinate[j], categories)
            )
        return (product - 1) / r + CONSTANT_VARIANCE

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the prior covariance; `m x d` and `k x d` to `m x k`."""
        *by_coordinate, r = natural(theta)
        product = torch.ones(len(X), len(Z), dtype=X.dtype)
        for j, categories in enumerate(self.categories):
            u = effect(X[:, j], Z[:, j], by_coordinate[j], categories, r * by_coordinate[self.d + j])
            product = torch.addcmul(product, product, u)
        return (product - 1) / r + CONSTANT_VARIANCE

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points as a function of theta."""
        n, d = X.shape
        mean, pairs = np.zeros(n), Pairs(n)
        columns = np.ascontiguousarray(X.T)
        effects = [
            categorical_effect(x, pairs, categories) if categories else ordered_effect(x, pairs)
            for x, categories in zip(columns, self.categories, strict=True)
        ]

        def moments(theta: Log) -> PriorMoments:
            values = np.exp(theta)
            lengthscales, r = values[:d], values[-1]
            weights = r * values[d:-1]
            factors = np.empty((d, len(pairs.first)))
            product = np.ones(len(pairs.first))
            gradients = []
            for effect_of, lengthscale, weight, factor in zip(effects, lengthscales, weights, factors, strict=True):
                gradients.append(effect_of(lengthscale, weight, factor))
                product *= factor
            product -= 1
            product /= r
            K = pairs.unfolded(product + CONSTANT_VARIANCE)
            K.ravel()[:: n + 1] += JITTER

            def gradient(G: NDArray[np.float64], _b: NDArray[np.float64]) -> NDArray[np.float64]:
                after = pairs.folded(G) / r
                before = np.empty_like(factors)
                before[0] = 1
                for j in range(1, d):
                    np.multiply(before[j - 1], factors[j - 1], out=before[j])
                by_interaction = -r * np.dot(after, product)
                by_lengthscale, by_effect = np.empty(d), np.empty(d)
                for j in reversed(range(d)):
                    h = before[j]
                    h *= after
                    by_lengthscale[j] = gradients[j](h)
                    by_effect[j] = np.dot(h, factors[j]) - h.sum()
                    after *= factors[j]
                return np.concatenate([by_lengthscale, by_effect, [by_interaction + by_effect.sum()]])

            return PriorMoments(mean, K, gradient)

        return moments
