"""Local MI: the information that a response gives about the side of the level set on which its own point lies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions, target_of
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.entropy import binary_entropy
from aepsych_grpc.core.responses.psychometric import psychometric
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class LocalMutualInformation:
    """I(y; 1[f < gamma]) = H(pi) - sum_y p(y) H(P(f < gamma | y)) at a candidate, in nats (Letham et al. 2022).

    pi = P(f < gamma). Nothing is moment-matched; of many counts a few stand
    for all.
    """

    target: float

    def prepare(
        self,
        posterior: Posterior,
        response: Response,
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`.

        Raises:
            TypeError: When the response has no psychometric function.
        """
        seen = psychometric(response)
        gamma = seen.latent(self.target)

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            information = binary_entropy(torch.special.ndtr((gamma - mean) / variance.sqrt()))
            for one in seen.foreseen(mean, variance):
                information = information - one.weight * binary_entropy(seen.below(one.y, gamma, mean, variance))
            return information

        return score


def build_local_mi(context: AcquisitionContext, options: TargetOptions) -> LocalMutualInformation:
    """Make the acquisition function; raises as `target_of` does."""
    return LocalMutualInformation(target_of(context, options.target))
