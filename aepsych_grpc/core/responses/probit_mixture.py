"""Links whose Gaussian integrals are those of a mixture of probits."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.responses.bivariate_normal import bivariate_normal_cdf
from aepsych_grpc.core.responses.link import LinkLogs, within
from aepsych_grpc.core.responses.normal_nodes import variance_of
from aepsych_grpc.core.responses.probit import LOG_SQRT_2PI


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Weights w (they add up to 1), locations t and scales s of a mixture, each `k`."""

    weights: Tensor
    locations: Tensor
    scales: Tensor

    @classmethod
    def of(cls, table: NDArray[np.float64]) -> "Components":
        """Make components of rows (location, scale, weight), `k x 3`, whose weights are made to add up to 1."""
        locations, scales, weights = torch.tensor(np.ascontiguousarray(table.T), dtype=torch.float64)
        return cls(weights / weights.sum(), locations, scales)


@dataclass(frozen=True, slots=True, eq=False)
class ProbitMixture:
    """F(f) = sum_k w_k Phi((f - t_k) / s_k), but for an error that the components are chosen to make negligible.

    With f ~ N(mean, variance) and S_k = sqrt(s_k^2 + variance) each component's integrals are the probit's, at
    z_k = (mean - t_k) / S_k. So what costs a quadrature for every mean and variance costs a few probits; a mixture of
    normals has been used like this for the logistic by Monahan & Stefanski (1992) and for the extreme value
    distribution by Fruehwirth-Schnatter & Fruehwirth (2007).

    Attributes:
        exact: F itself.
        log_exact: Its logarithms.
        exact_inverse: Its inverse on (0, 1).
        components: The mixture.
    """

    exact: Callable[[Tensor], Tensor]
    log_exact: Callable[[Tensor], LinkLogs]
    exact_inverse: Callable[[Tensor], Tensor]
    components: Components

    def probability(self, f: Tensor) -> Tensor:
        """Return F(f)."""
        return self.exact(f)

    def logs(self, f: Tensor) -> LinkLogs:
        """Return the logarithms of F, of 1 - F and of F', and F'' / F'."""
        return self.log_exact(f)

    def inverse(self, share: Tensor) -> Tensor:
        """Return f with F(f) = share."""
        return self.exact_inverse(within(share))

    def expected(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[F] = sum_k w_k Phi(z_k)."""
        total = torch.zeros_like(mean)
        for weight, location, scale in self._each():
            total = total + weight * torch.special.ndtr((mean - location) / torch.sqrt(scale * scale + variance))
        return total

    def spread(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return Var[F], by the trapezoidal rule."""
        return variance_of(self.exact, mean, variance)

    def below(self, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[F 1[f < gamma]], the sum of the components' bivariate normal probabilities; not differentiable."""
        sd, total = variance.sqrt().numpy(), np.zeros(mean.shape)
        m, v = mean.numpy(), variance.numpy()
        for weight, location, scale in self._each():
            wide = np.sqrt(scale * scale + v)
            total += weight * bivariate_normal_cdf((gamma - m) / sd, (m - location) / wide, -sd / wide)
        return torch.from_numpy(total)

    def tilted(self, yes: Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log Z, Z' / Z and Z'' / Z as in `Probit.tilted`, each a sum over components of weight w_k Z_k / Z.

        Log weights enter the logarithm of the sum, so that no component underflows alone.
        """
        sign = (2 * yes - 1)[..., None]
        scale = torch.sqrt(self.components.scales**2 + variance[..., None])
        z = sign * (mean[..., None] - self.components.locations) / scale
        log_weights = torch.log(self.components.weights)
        log_z = torch.logsumexp(log_weights + torch.special.log_ndtr(z), -1)
        slope = torch.exp(log_weights - LOG_SQRT_2PI - 0.5 * z * z - log_z[..., None]) / scale
        return log_z, (sign * slope).sum(-1), -(z * slope / scale).sum(-1)

    def _each(self) -> list[tuple[float, float, float]]:
        parts = (self.components.weights, self.components.locations, self.components.scales)
        return list(zip(*(part.tolist() for part in parts), strict=True))


def log_spaced(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return numbers with equal ratios between low and high."""
    return np.exp(np.linspace(math.log(low), math.log(high), count))
