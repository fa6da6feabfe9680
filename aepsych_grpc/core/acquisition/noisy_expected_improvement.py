"""Noisy expected improvement: how far a candidate is expected to surpass a best place that isn't known for sure."""

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

SMALLEST_VARIANCE = 1e-9
"""Floor of the difference's variance, which is 0 at the best place itself."""


@dataclass(frozen=True, slots=True)
class NoisyExpectedImprovementOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class NoisyExpectedImprovement:
    """log E max(f(x) - f(b), 0) on the latent scale (Letham et al. 2019); seeks the maximum.

    b is the place of the largest posterior mean of a Sobol pool. f(b) is as uncertain as the belief has it, and varies
    together with f(x): with c their covariance, the difference has variance s^2 = v(x) + v(b) - 2 c, and the
    expectation is s h((E f(x) - E f(b)) / s), h(z) = phi(z) + z Phi(z).
    """

    def prepare(
        self,
        posterior: Posterior,
        response: Response,  # noqa: ARG002  # the seam's; E[y | f] rises with f
        snap: Callable[[Tensor], Tensor],
        rng: np.random.Generator,
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""
        b = best_known(posterior, snap, rng)
        mean_b, variance_b = posterior.marginals(b)

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            together = posterior.covariance(X, b)[:, 0]
            s = (variance + variance_b - 2 * together).clamp_min(SMALLEST_VARIANCE).sqrt()
            return log_improvement((mean - mean_b) / s) + torch.log(s)

        return score


def build_noisy_expected_improvement(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: NoisyExpectedImprovementOptions,  # noqa: ARG001  # as above
) -> NoisyExpectedImprovement:
    """Make the acquisition function."""
    return NoisyExpectedImprovement()
