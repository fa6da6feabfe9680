"""EAVC: the expected absolute change of the level set's volume."""

from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions
from aepsych_grpc.core.acquisition.look_ahead import LookAhead, look_ahead


def volume_change(ahead: Tensor, now: Tensor, weights: Tensor) -> Tensor:
    """Return how much the sublevel set's volume changes, |sum_q w_q (pi' - pi)| (Letham et al. 2022)."""
    return (ahead @ weights - now @ weights).abs_()


def build_eavc(context: AcquisitionContext, options: TargetOptions) -> LookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    return look_ahead(context, options.target, volume_change)
