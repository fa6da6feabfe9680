"""Looking ahead at the candidate itself: how certain its side of the level set will be once it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.bivariate_normal import bivariate_normal_cdf
from aepsych_grpc.core.acquisition.context import AcquisitionContext, target_of
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, Response

Uncertainty: TypeAlias = Callable[[Tensor], Tensor]
"""How uncertain a yes-or-no quantity of a given probability is, elementwise."""


@dataclass(frozen=True, slots=True)
class LocalLookAhead:
    """The expected loss of uncertainty u about 1[f < gamma] at a candidate (Letham et al. 2022).

        u(pi) - sum_y p(y) u(pi_y),   pi = P(f < gamma),   pi_y = P(f < gamma | y)

    exact for p(1) = g + (1 - g - l) Phi(f), where P(1, f < gamma) = g pi + (1 - g - l) P(W < f < gamma) with
    W ~ N(0, 1): a bivariate normal probability.
    """

    guess_rate: float
    lapse_rate: float
    target: float
    uncertainty: Uncertainty

    def prepare(
        self,
        posterior: Posterior,
        response: Response,
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        gamma = response.latent(self.target)

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            below = torch.special.ndtr((gamma - mean) / variance.sqrt())
            one = response.expected_mean(mean, variance)
            one_below = self._one_below(mean, variance, below, gamma)
            after_one = _share(one_below, one)
            after_zero = _share(below - one_below, 1 - one)
            left = one * self.uncertainty(after_one) + (1 - one) * self.uncertainty(after_zero)
            return self.uncertainty(below) - left

        return score

    def _one_below(self, mean: Tensor, variance: Tensor, below: Tensor, gamma: float) -> Tensor:
        sd, wide = variance.sqrt(), (1 + variance).sqrt()
        both = bivariate_normal_cdf(((gamma - mean) / sd).numpy(), (mean / wide).numpy(), (-sd / wide).numpy())
        return self.guess_rate * below + (1 - self.guess_rate - self.lapse_rate) * torch.from_numpy(both)


def _share(part: Tensor, whole: Tensor) -> Tensor:
    """Return part / whole, a probability."""
    return (part / whole.clamp_min(MIN_NORMALIZER)).clamp(0, 1)


def local_look_ahead(context: AcquisitionContext, target: float | None, uncertainty: Uncertainty) -> LocalLookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    sought = target_of(context, target)
    binary = context.outcome
    assert isinstance(binary, outcome.Binary)  # noqa: S101  # target_of has made sure; this tells the type checker
    return LocalLookAhead(binary.guess_rate, binary.lapse_rate, sought, uncertainty)
