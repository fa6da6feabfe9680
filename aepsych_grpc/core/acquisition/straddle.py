"""Straddle: near the level set and uncertain."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.core.acquisition.context import AcquisitionContext, target_of
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class StraddleOptions:
    """Which level is sought, and how much uncertainty counts."""

    target: float | None = option(
        None, "The response probability whose contour is sought. Default: the outcome's target."
    )
    beta: float = option(1.96, "Weight of the standard deviation against the distance from the contour.", minimum=0)


@dataclass(frozen=True, slots=True)
class Straddle:
    """beta sd(f) - |E f - gamma| (Bryan et al. 2005), on the latent scale; without looking ahead."""

    target: float
    beta: float

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
            return self.beta * variance.sqrt() - (mean - gamma).abs()

        return score


def build_straddle(context: AcquisitionContext, options: StraddleOptions) -> Straddle:
    """Make the acquisition function; raises as `target_of` does."""
    return Straddle(target_of(context, options.target), options.beta)
