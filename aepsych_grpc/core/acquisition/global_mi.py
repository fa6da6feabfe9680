"""Global MI: the information that a response gives about the whole level set."""

from torch import Tensor

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions
from aepsych_grpc.core.acquisition.look_ahead import LookAhead, look_ahead
from aepsych_grpc.core.responses.entropy import binary_entropy


def information_gain(ahead: Tensor, now: Tensor, weights: Tensor) -> Tensor:
    """Return how much entropy the level set loses, sum_q w_q (H(pi) - H(pi')), in nats (Letham et al. 2022)."""
    return weights @ binary_entropy(now) - binary_entropy(ahead) @ weights


def build_global_mi(context: AcquisitionContext, options: TargetOptions) -> LookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    return look_ahead(context, options.target, information_gain)
