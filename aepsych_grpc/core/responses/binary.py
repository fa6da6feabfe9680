"""Yes or no, right or wrong: the response of a binary outcome."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.responses.entropy import binary_entropy
from aepsych_grpc.core.responses.link import Link
from aepsych_grpc.core.responses.probit import PROBIT
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, MIN_SHRINKAGE, Foreseen, foreseen_values

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
HERMITE_NODES = torch.from_numpy(_NODES)
HERMITE_WEIGHTS = torch.from_numpy(_WEIGHTS / _WEIGHTS.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryResponse:
    """The psychometric function with guesses and lapses.

        p(y = 1 | f) = g + (1 - g - l) F(f)

    (Wichmann & Hill 2001, eq. 1.) Its Gaussian integrals are those of the link F, shifted and scaled.

    Attributes:
        guess_rate: g, the probability of a 1 without seeing anything, in [0, 1).
        lapse_rate: l, the probability of a 0 however strong the stimulus, in [0, 1).
        link: F, the shape of the psychometric function.

    Raises:
        ValueError: g or l is out of range, or they add up to 1 or more.
    """

    guess_rate: float = 0.0
    lapse_rate: float = 0.0
    link: Link = PROBIT

    def __post_init__(self) -> None:
        if not (self.guess_rate >= 0 and self.lapse_rate >= 0 and self.guess_rate + self.lapse_rate < 1):
            raise ValueError(
                f"guess_rate {self.guess_rate} and lapse_rate {self.lapse_rate} must be at least 0 "
                "and add up to less than 1."
            )

    @property
    def span(self) -> float:
        """1 - g - l, the height of the psychometric function."""
        return 1.0 - self.guess_rate - self.lapse_rate

    def foreseen(self, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
        """Return 0 and 1; see `Response.foreseen`."""
        return foreseen_values(self, (0.0, 1.0), mean, variance)

    def mean(self, f: Tensor) -> Tensor:
        """Return p(1) at latent values, elementwise."""
        return self.guess_rate + self.span * self.link.probability(f)

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[p] = g + (1 - g - l) E[F], elementwise."""
        return self.guess_rate + self.span * self.link.expected(mean, variance)

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the variance of p under f ~ N(mean, variance), elementwise; not differentiable."""
        return self.span**2 * self.link.spread(mean, variance)

    def latent(self, value: float) -> float:
        """Return f with p(f) = value; values beyond g and 1 - l give the latent value of the nearest one within."""
        share = torch.tensor((value - self.guess_rate) / self.span, dtype=torch.float64)
        return float(self.link.inverse(share))

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of a response, or of one response per element.

        With a = g (y = 1) or l (y = 0), b = 1 - g - l, the link's own Z_F and its share q = b Z_F / Z:

            Z = a + b Z_F,  d1 = q Z_F' / Z_F,  d2 = q Z_F'' / Z_F - d1^2

        computed on the log scale, so that d1 and d2 hold far into the tails.
        """
        yes = torch.as_tensor(y, dtype=mean.dtype)
        log_f, first, second = self.link.tilted(yes, mean, variance)
        log_z = seen = math.log(self.span) + log_f
        if self.guess_rate or self.lapse_rate:
            floor = self.lapse_rate + (self.guess_rate - self.lapse_rate) * yes
            log_z = torch.logaddexp(torch.log(floor), seen)
            share = torch.exp(seen - log_z)
            first, second = share * first, share * second
        return (
            torch.exp(log_z).clamp_min(MIN_NORMALIZER),
            first,
            torch.maximum(second - first * first, (MIN_SHRINKAGE - 1) / variance),
        )

    def below(self, y: float | Tensor, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return P(f < gamma | y), elementwise; not differentiable.

        P(1, f < gamma) = g P(f < gamma) + (1 - g - l) E[F 1[f < gamma]].
        """
        yes = torch.as_tensor(y, dtype=mean.dtype)
        side: Tensor = torch.special.ndtr((gamma - mean) / variance.sqrt())
        one_below = self.guess_rate * side + self.span * self.link.below(gamma, mean, variance)
        one = self.expected_mean(mean, variance)
        both, p = torch.where(yes > 0, one_below, side - one_below), torch.where(yes > 0, one, 1 - one)
        return (both / p.clamp_min(MIN_NORMALIZER)).clamp(0.0, 1.0)

    def information(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return I(y; f) = H(E p) - E H(p), elementwise; the second is a Gauss-Hermite sum of 64 nodes."""
        p = self.mean(mean[..., None] + variance.sqrt()[..., None] * HERMITE_NODES)
        return binary_entropy(self.expected_mean(mean, variance)) - binary_entropy(p) @ HERMITE_WEIGHTS
