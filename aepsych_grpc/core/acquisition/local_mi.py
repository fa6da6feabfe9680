"""Local MI: the information that a response gives about the side of the level set on which its own point lies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.special import entr

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.bivariate_normal import bivariate_normal_cdf
from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions, target_of
from aepsych_grpc.core.acquisition.entropy import binary_entropy
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class LocalMutualInformation:
    """I(y; 1[f < gamma]) at a candidate, in nats (Letham et al. 2022), exact for p(1) = g + (1 - g - l) Phi(f).

    P(1, f < gamma) = g pi + (1 - g - l) P(W < f < gamma) with W ~ N(0, 1) and pi = P(f < gamma): a bivariate normal
    probability.
    """

    guess_rate: float
    lapse_rate: float
    target: float

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
            joint = torch.stack([one_below, one - one_below, below - one_below, 1 - below - one + one_below])
            joint_entropy: Tensor = entr(joint.clamp(min=0)).sum(0)
            return binary_entropy(one) + binary_entropy(below) - joint_entropy

        return score

    def _one_below(self, mean: Tensor, variance: Tensor, below: Tensor, gamma: float) -> Tensor:
        sd, wide = variance.sqrt(), (1 + variance).sqrt()
        both = bivariate_normal_cdf(((gamma - mean) / sd).numpy(), (mean / wide).numpy(), (-sd / wide).numpy())
        return self.guess_rate * below + (1 - self.guess_rate - self.lapse_rate) * torch.from_numpy(both)


def build_local_mi(context: AcquisitionContext, options: TargetOptions) -> LocalMutualInformation:
    """Make the acquisition function; raises as `target_of` does."""
    target = target_of(context, options.target)
    binary = context.outcome
    assert isinstance(binary, outcome.Binary)  # noqa: S101  # target_of has made sure; this tells the type checker
    return LocalMutualInformation(binary.guess_rate, binary.lapse_rate, target)
