"""BALD: the information that a response gives about the field at its own point, anywhere in the space."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.entropy import binary_entropy
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
NODES = torch.from_numpy(_NODES)
WEIGHTS = torch.from_numpy(_WEIGHTS / _WEIGHTS.sum())


@dataclass(frozen=True, slots=True)
class BaldOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class Bald:
    """I(y; f) = H(E p) - E H(p) at a candidate, p = P(1 | f), in nats (Houlsby et al. 2011). Seeks no level.

    The second expectation is a Gauss-Hermite sum of 64 nodes.
    """

    def prepare(
        self,
        posterior: Posterior,
        response: Response,
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`."""

        def score(X: Tensor) -> Tensor:
            mean, variance = posterior.marginals(X)
            expected = response.expected_mean(mean, variance)
            p = response.mean(mean[:, None] + variance.sqrt()[:, None] * NODES)
            return binary_entropy(expected) - binary_entropy(p) @ WEIGHTS

        return score


def build_bald(context: AcquisitionContext, options: BaldOptions) -> Bald:  # noqa: ARG001  # every entry is built alike
    """Make the acquisition function."""
    return Bald()
