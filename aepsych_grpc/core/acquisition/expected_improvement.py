"""Expected improvement: how far a candidate is expected to surpass the best place known."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.sobol import sobol_points

POOL = 1024
"""Points among which the best place known is looked for."""


@dataclass(frozen=True, slots=True)
class ExpectedImprovementOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class ExpectedImprovement:
    """log E max(f(x) - f*, 0) on the latent scale, by BoTorch (Ament et al. 2023); seeks the maximum.

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
        pool = snap(sobol_points(posterior.d, POOL, seed=int(rng.integers(2**31))))
        best = posterior.marginals(pool)[0].max()
        improvement = _botorch()(posterior, best)

        def score(X: Tensor) -> Tensor:
            values: Tensor = improvement(X[:, None, :])
            return values

        return score


@cache
def _botorch() -> Callable[[Posterior, Tensor], Callable[[Tensor], Tensor]]:
    """Return what makes BoTorch's function of a belief and f*; imported late, for it takes seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what BoTorch itself imports
        from botorch.acquisition.analytic import LogExpectedImprovement

        from aepsych_grpc.core.models.botorch_model import BotorchModel
    return lambda posterior, best: LogExpectedImprovement(BotorchModel(posterior), best_f=best)


def build_expected_improvement(
    context: AcquisitionContext,  # noqa: ARG001  # every entry is built alike
    options: ExpectedImprovementOptions,  # noqa: ARG001  # as above
) -> ExpectedImprovement:
    """Make the acquisition function, with BoTorch imported before the first trial waits for it."""
    _botorch()
    return ExpectedImprovement()
