"""Yes or no, right or wrong: the response of a binary outcome."""

import math
from dataclasses import dataclass

import torch
from scipy.special import ndtri, owens_t
from torch import Tensor

from aepsych_grpc.core.responses.response import MIN_NORMALIZER, MIN_SHRINKAGE

LATENT_CLIP = 1e-6
"""Probabilities between guessing and lapsing are inverted within [1e-6, 1 - 1e-6]."""

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryResponse:
    """The probit psychometric function with guesses and lapses.

        p(y = 1 | f) = g + (1 - g - l) Phi(f)

    Everything is in closed form under a Gaussian f (Wichmann & Hill 2001, eq. 1, for g and l; Rasmussen & Williams
    2006, section 3.9, for the Gaussian integrals of Phi).

    Attributes:
        guess_rate: g, the probability of a 1 without seeing anything, in [0, 1).
        lapse_rate: l, the probability of a 0 however strong the stimulus, in [0, 1).

    Raises:
        ValueError: g or l is out of range, or they add up to 1 or more.
    """

    guess_rate: float = 0.0
    lapse_rate: float = 0.0

    def __post_init__(self) -> None:
        if not (self.guess_rate >= 0 and self.lapse_rate >= 0 and self.guess_rate + self.lapse_rate < 1):
            raise ValueError(
                f"guess_rate {self.guess_rate} and lapse_rate {self.lapse_rate} must be at least 0 "
                "and add up to less than 1."
            )

    @property
    def values(self) -> tuple[float, ...]:
        """The values a response can take."""
        return (0.0, 1.0)

    @property
    def span(self) -> float:
        """1 - g - l, the height of the psychometric function."""
        return 1.0 - self.guess_rate - self.lapse_rate

    def mean(self, f: Tensor) -> Tensor:
        """Return p(1) at latent values, elementwise."""
        p: Tensor = self.guess_rate + self.span * torch.special.ndtr(f)
        return p

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[p] = g + (1 - g - l) Phi(mean / sqrt(1 + variance)), elementwise."""
        return self.mean(mean / torch.sqrt(1 + variance))

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the variance of p under f ~ N(mean, variance), elementwise; not differentiable.

        E[Phi(f)^2] is a bivariate normal probability at equal arguments h = mean / sqrt(1 + variance) with
        correlation variance / (1 + variance): Phi(h) - 2 T(h, 1 / sqrt(1 + 2 variance)) with Owen's T (Owen 1956).
        """
        h = (mean / torch.sqrt(1 + variance)).detach()
        owen = torch.from_numpy(owens_t(h.numpy(), torch.rsqrt(1 + 2 * variance.detach()).numpy()))
        spread: Tensor = torch.special.ndtr(h) * torch.special.ndtr(-h) - 2 * owen
        return self.span**2 * spread.clamp_min(0.0)

    def latent(self, value: float) -> float:
        """Return f with p(f) = value; values beyond g and 1 - l give the latent value of the nearest one within."""
        share = (value - self.guess_rate) / self.span
        return float(ndtri(min(max(share, LATENT_CLIP), 1 - LATENT_CLIP)))

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of a response, or of one response per element.

        With a = g (y = 1) or l (y = 0), b = 1 - g - l, s = 2 y - 1 and z = s mean / sqrt(1 + variance):

            Z = a + b Phi(z),  d1 = s b phi(z) / (Z sqrt(1 + variance)),  d2 = -z b phi(z) / (Z (1 + variance)) - d1^2

        computed on the log scale, so that d1 and d2 hold far into the tails.
        """
        yes = torch.as_tensor(y, dtype=mean.dtype)
        sign = 2 * yes - 1
        scale = torch.sqrt(1 + variance)
        z = sign * mean / scale
        log_b = math.log(self.span)
        log_z = log_b + torch.special.log_ndtr(z)
        if self.guess_rate or self.lapse_rate:
            floor = self.lapse_rate + (self.guess_rate - self.lapse_rate) * yes
            log_z = torch.logaddexp(torch.log(floor), log_z)
        slope = torch.exp(log_b - _LOG_SQRT_2PI - 0.5 * z * z - log_z) / scale
        d1 = sign * slope
        d2 = -z * slope / scale - slope * slope
        return (
            torch.exp(log_z).clamp_min(MIN_NORMALIZER),
            d1,
            torch.maximum(d2, (MIN_SHRINKAGE - 1) / variance),
        )
