"""Local SUR: how much a response reduces the doubt on which side of the level set its own point lies."""

from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions
from aepsych_grpc.core.acquisition.local_look_ahead import LocalLookAhead, local_look_ahead


def binary_variance(p: Tensor) -> Tensor:
    """Return p (1 - p), elementwise."""
    return p * (1 - p)


def build_local_sur(context: AcquisitionContext, options: TargetOptions) -> LocalLookAhead:
    """Make pi (1 - pi) - sum_y p(y) pi_y (1 - pi_y) (Letham et al. 2022); raises as `target_of` does."""
    return local_look_ahead(context, options.target, binary_variance)
