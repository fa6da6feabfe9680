"""Expected improvement: how far a candidate is expected to surpass the best place known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.best_known import best_known
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.normal import log_improvement
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class ExpectedImprovementOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class ExpectedImprovement:
    """log E max(f(x) - f*, 0) on the latent scale (Ament et al. 2023); seeks the maximum.

    Responses are noisy, so f* is not the best one told but the largest posterior mean of a Sobol pool (the plug-in of
    Picheny et al. 2013).
    """

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
            sd = variance.sqrt()
            return log_improvement((mean - best) / sd) + torch.log(sd)

        return score


def build_expected_improvement(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: ExpectedImprovementOptions,  # noqa: ARG001  # as above
) -> ExpectedImprovement:
    """Make the acquisition function."""
    return ExpectedImprovement()
