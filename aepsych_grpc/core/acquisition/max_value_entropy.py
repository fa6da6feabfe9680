"""Max-value entropy: what the field's value at a candidate tells about how high the field gets."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.normal import log_normal_density
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.sobol import sobol_points

POOL = 256
"""Points on which the field's maximum is drawn."""
DRAWS = 32


@dataclass(frozen=True, slots=True)
class MaxValueEntropyOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class MaxValueEntropy:
    """I(f(x); f*), f* = max f, in nats (Wang & Jegelka 2017, eq. 6); seeks the maximum.

    With z = (f* - E f) / sd(f), the mean over draws of f* of z phi(z) / (2 Phi(z)) - log Phi(z). Draws are maxima of
    joint draws of f on a Sobol pool, at least the largest posterior mean there.
    """

    def prepare(
        self,
        posterior: Posterior,
        response: Response,  # noqa: ARG002  # the seam's; E[y | f] rises with f
        snap: Callable[[Tensor], Tensor],
        rng: np.random.Generator,
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        pool = torch.unique(snap(sobol_points(posterior.d, POOL, seed=int(rng.integers(2**31)))), dim=0)
        mean, covariance = posterior.joint(pool)
        draws = torch.from_numpy(rng.standard_normal((len(pool), DRAWS)))
        highest = (mean[:, None] + gaussian_root(covariance) @ draws).amax(0).clamp_min(mean.max())

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            z = (highest - mean[:, None]) / variance.sqrt()[:, None]
            log_below = torch.special.log_ndtr(z)
            information: Tensor = (z * torch.exp(log_normal_density(z) - log_below) / 2 - log_below).mean(1)
            return information

        return score


def build_max_value_entropy(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: MaxValueEntropyOptions,  # noqa: ARG001  # as above
) -> MaxValueEntropy:
    """Make the acquisition function."""
    return MaxValueEntropy()
