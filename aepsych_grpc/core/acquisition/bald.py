"""BALD: the information that a response gives about the field at its own point, anywhere in the space."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.psychometric import psychometric
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class BaldOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class Bald:
    """I(y; f) at a candidate, in nats (Houlsby et al. 2011). Seeks no level."""

    def prepare(
        self,
        posterior: Posterior,
        response: Response,
        snap: Callable[[Tensor], Tensor],  # noqa: ARG002  # the seam's; nothing but the candidates is looked at
        rng: np.random.Generator,  # noqa: ARG002  # as above
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of candidates, `m x d` to `m`; raises as `psychometric` does."""
        seen = psychometric(response)
        return lambda X: seen.information(*posterior.marginals(X))


def build_bald(context: AcquisitionContext, options: BaldOptions) -> Bald:  # noqa: ARG001  # every entry is built alike
    """Make the acquisition function."""
    return Bald()
