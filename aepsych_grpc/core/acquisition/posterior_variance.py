"""Posterior variance: where the expected response is least known, anywhere in the space."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class PosteriorVarianceOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class PosteriorVariance:
    """Var E[y | f] at a candidate: known as BALV for binary responses (Letham et al. 2022). Seeks no level."""

    def prepare(
        self,
        posterior: Posterior,
        response: Response,
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        return lambda X: response.mean_variance(*posterior.marginals(X))


def build_posterior_variance(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: PosteriorVarianceOptions,  # noqa: ARG001  # as above
) -> PosteriorVariance:
    """Make the acquisition function."""
    return PosteriorVariance()
