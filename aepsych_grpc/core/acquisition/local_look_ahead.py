"""Looking ahead at the candidate itself: how certain its side of the level set will be once it is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, target_of
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.psychometric import psychometric
from aepsych_grpc.core.responses.response import Response

Uncertainty: TypeAlias = Callable[[Tensor], Tensor]
"""How uncertain a yes-or-no quantity of a given probability is, elementwise."""


@dataclass(frozen=True, slots=True)
class LocalLookAhead:
    """The expected loss of uncertainty u about 1[f < gamma] at a candidate (Letham et al. 2022).

        u(pi) - sum_y p(y) u(pi_y),   pi = P(f < gamma),   pi_y = P(f < gamma | y)

    Nothing is moment-matched; of many counts a few stand for all.
    """

    target: float
    uncertainty: Uncertainty

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
            lost = self.uncertainty(torch.special.ndtr((gamma - mean) / variance.sqrt()))
            for one in seen.foreseen(mean, variance):
                lost = lost - one.weight * self.uncertainty(seen.below(one.y, gamma, mean, variance))
            return lost

        return score


def local_look_ahead(context: AcquisitionContext, target: float | None, uncertainty: Uncertainty) -> LocalLookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    return LocalLookAhead(target_of(context, target), uncertainty)
