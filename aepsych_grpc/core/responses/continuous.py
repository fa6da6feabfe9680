"""A real number: the response of a continuous outcome."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, Foreseen

_LOG_2PI = math.log(2 * math.pi)

_HYPERPRIOR = Hyperprior((LogParameter("noise_sd", 0.5, 1.0),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousResponse:
    """A measurement with Gaussian noise, in units of the responses' own spread (Rasmussen & Williams 2006, eq. 2.1).

        y = location + scale (f + e),   e ~ N(0, noise_sd^2)

    location and scale are mean and standard deviation of the responses told so far, so that the prior of f and of the
    noise fits any unit. They follow from the data alone; what is learned, noise_sd, is relative to them.

    Attributes:
        noise_sd: Standard deviation of the noise, in units of scale.
        location: The response at f = 0.
        scale: The difference that one unit of f makes, above 0.
    """

    noise_sd: float = 0.5
    location: float = 0.0
    scale: float = 1.0

    @property
    def hyperprior(self) -> Hyperprior:
        """The noise's standard deviation: half of the spread, within a factor of e."""
        return _HYPERPRIOR

    @property
    def keeps_mean(self) -> bool:
        """True: the noise doesn't shift the mean."""
        return True

    def given(self, theta: Sequence[float] | NDArray[np.float64], y: Tensor) -> "ContinuousResponse":
        """Return the response in units of the told responses y, `n`, with the noise's logarithm theta."""
        location, scale = _standardization(y)
        return replace(self, noise_sd=math.exp(theta[0]), location=location, scale=scale)

    def foreseen(self, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
        """Return one standard deviation of the predicted responses above and below their mean; see `Response.foreseen`.

        That keeps mean and variance, and d2 is the same for all.
        """
        deviation = torch.sqrt(variance + self.noise_sd**2)
        half = torch.full_like(mean, 0.5)
        responses = (self.mean(mean + sign * deviation) for sign in (-1, 1))
        return tuple(Foreseen(y, half, *self.tilted(y, mean, variance)[1:]) for y in responses)

    def mean(self, f: Tensor) -> Tensor:
        """Return location + scale f, elementwise."""
        return self.location + self.scale * f

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature
        """Return E[y] under f ~ N(mean, variance), elementwise."""
        return self.mean(mean)

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature
        """Return the variance of E[y | f], scale^2 variance, elementwise."""
        return self.scale**2 * variance

    def latent(self, value: float) -> float:
        """Return f with E[y | f] = value."""
        return (value - self.location) / self.scale

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of a response, or of one response per element.

        With t = variance + noise_sd^2 and the residual r = (y - location) / scale - mean:

            Z = N(r; 0, t),  d1 = r / t,  d2 = -1 / t

        Z is the density in units of scale.
        """
        residual, total = self._residual(y, mean, variance)
        log_z = -0.5 * (_LOG_2PI + torch.log(total) + residual * residual / total)
        return torch.exp(log_z).clamp_min(MIN_NORMALIZER), residual / total, -1 / total

    def sensitivity(self, y: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """Return dlog Z / dlog noise_sd = noise_sd^2 (r^2 / t - 1) / t, `1 x n`."""
        residual, total = self._residual(y, mean, variance)
        return (self.noise_sd**2 * (residual * residual / total - 1) / total)[None]

    def _residual(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        standardized = (torch.as_tensor(y, dtype=mean.dtype) - self.location) / self.scale
        return standardized - mean, variance + self.noise_sd**2


def _standardization(y: Tensor) -> tuple[float, float]:
    """Return mean and standard deviation; 1 for the latter where responses don't differ, up to rounding."""
    largest = float(y.abs().max()) or 1.0
    # Divided first, so that squares of large numbers stay finite.
    spread, centre = torch.std_mean(y / largest, correction=0)
    return float(centre) * largest, float(spread) * largest if spread > 1e-12 else 1.0
