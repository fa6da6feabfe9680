"""EUBO: the expected utility of the better one of two stimuli."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.normal import log_improvement
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class EuboOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class Eubo:
    """E max(f(x), f(z)) of a pair (x, z) (Lin et al. 2022); seeks the stimulus of the highest utility.

    The belief is about differences u(x, z) = f(z) - f(x), so utilities count from that of the cube's centre o. With
    u(x, z) ~ N(m, s^2):

        E max = E u(o, x) + E max(u(x, z), 0) = E u(o, x) + s h(m / s),   h(z) = phi(z) + z Phi(z)
    """

    def prepare(
        self,
        posterior: Posterior,
        response: Response,  # noqa: ARG002  # the seam's; what is sought is a utility
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of pairs side by side, `m x 2d` to `m`."""

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            sd = variance.sqrt()
            first, _ = X.chunk(2, 1)
            above_centre, _ = posterior.marginals(torch.cat([torch.full_like(first, 0.5), first], 1))
            return above_centre + sd * log_improvement(mean / sd).exp()

        return score


def build_eubo(context: AcquisitionContext, options: EuboOptions) -> Eubo:  # noqa: ARG001  # every entry is built alike
    """Make the acquisition function."""
    return Eubo()
