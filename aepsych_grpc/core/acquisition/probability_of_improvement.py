"""Probability of improvement: how likely a candidate is to surpass the best place known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.best_known import best_known
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class ProbabilityOfImprovementOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class ProbabilityOfImprovement:
    """log P(f(x) > f*) (Kushner 1964); seeks the maximum and explores little. f* as in `expected_improvement`."""

    def prepare(
        self,
        posterior: Posterior,
        response: Response,  # noqa: ARG002  # the seam's; E[y | f] rises with f
        snap: Callable[[Tensor], Tensor],
        rng: np.random.Generator,
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        best, _ = posterior.marginals(best_known(posterior, snap, rng))

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            log_p: Tensor = torch.special.log_ndtr((mean - best) / variance.sqrt())
            return log_p

        return score


def build_probability_of_improvement(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: ProbabilityOfImprovementOptions,  # noqa: ARG001  # as above
) -> ProbabilityOfImprovement:
    """Make the acquisition function."""
    return ProbabilityOfImprovement()
