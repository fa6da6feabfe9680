"""Global SUR: the stepwise uncertainty reduction of the whole level set."""

from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions
from aepsych_grpc.core.acquisition.look_ahead import LookAhead, look_ahead


def uncertainty_reduction(ahead: Tensor, now: Tensor, weights: Tensor) -> Tensor:
    """Return how much the chance of misclassifying a point falls, sum_q w_q (pi (1 - pi) - pi' (1 - pi')).

    The expected reduction of E[1[f < gamma] - pi]^2 over the space (Bect et al. 2012; Letham et al. 2022).
    """
    return weights @ (now * (1 - now)) - (ahead - ahead * ahead) @ weights


def build_sur(context: AcquisitionContext, options: TargetOptions) -> LookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    return look_ahead(context, options.target, uncertainty_reduction)
