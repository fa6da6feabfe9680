"""The belief about single points, averaged over the hyperparameters: an equal-weight mixture of Gaussians."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.responses.response import Response

BISECTIONS = 50
"""Halvings of a quantile's bracket: to 1e-15 of its width."""


@dataclass(frozen=True, slots=True)
class LatentMixture:
    """Equally likely Gaussians of f at m points: `means` and `variances`, both `c x m`."""

    means: Tensor
    variances: Tensor

    def moments(self, response: Response, scale: Scale) -> tuple[Tensor, Tensor]:
        """Return mean and variance at each point, `m` and `m`, by the laws of total expectation and variance."""
        means, variances = self.means, self.variances
        if scale is Scale.PROBABILITY:
            means, variances = response.expected_mean(means, variances), response.mean_variance(means, variances)
        return means.mean(0), variances.mean(0) + means.var(0, correction=0)

    def quantile(self, q: float, response: Response, scale: Scale) -> Tensor:
        """Return the q-quantile at each point, `m`, by bisection on the latent scale.

        The mixture's quantile lies between those of its parts; E[y | f] rises with f, so that quantiles map onto
        quantiles.
        """
        sds = self.variances.sqrt()
        parts = self.means + torch.special.ndtri(torch.tensor(q, dtype=torch.float64)) * sds
        low, high = parts.amin(0), parts.amax(0)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            below = torch.special.ndtr((middle - self.means) / sds).mean(0) < q
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        middle = (low + high) / 2
        return response.mean(middle) if scale is Scale.PROBABILITY else middle

    def probability_above(self, gamma: float) -> Tensor:
        """Return P(f > gamma) at each point, `m`."""
        parts: Tensor = torch.special.ndtr((self.means - gamma) / self.variances.sqrt())
        return parts.mean(0)


def latent_mixture(readout: Sequence[Posterior], X: Tensor) -> LatentMixture:
    """Return the belief about f at points, `m x d`."""
    with torch.no_grad():
        means, variances = zip(*(posterior.marginals(X) for posterior in readout), strict=True)
    return LatentMixture(torch.stack(means), torch.stack(variances))


def latent_value(value: float, response: Response, scale: Scale) -> float:
    """Return the latent value that stands for a value on a scale."""
    return response.latent(value) if scale is Scale.PROBABILITY else value
