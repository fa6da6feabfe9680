"""Upper confidence bound: where the response may be largest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.goal import GOAL, MAXIMUM, MINIMUM, toward
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class UpperConfidenceBoundOptions:
    """How much uncertainty counts, and what is sought."""

    beta: float = option(2.0, "Weight of the standard deviation against the mean; 0 never explores.", minimum=0)
    goal: str = option(MAXIMUM, GOAL, choices=(MAXIMUM, MINIMUM))


@dataclass(frozen=True, slots=True)
class UpperConfidenceBound:
    """E f + beta sd(f) at a candidate (Srinivas et al. 2010, eq. 6), on the latent scale; seeks an extremum."""

    beta: float
    goal: str = MAXIMUM

    def prepare(
        self,
        posterior: Posterior,
        response: Response,  # noqa: ARG002  # the seam's; E[y | f] rises with f
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        posterior = toward(self.goal, posterior)

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            return mean + self.beta * variance.sqrt()

        return score


def build_upper_confidence_bound(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: UpperConfidenceBoundOptions,
) -> UpperConfidenceBound:
    """Make the acquisition function."""
    return UpperConfidenceBound(options.beta, options.goal)
