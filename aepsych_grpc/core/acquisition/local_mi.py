"""Local MI: the information that a response gives about the side of the level set on which its own point lies."""

from aepsych_grpc.core.acquisition.context import AcquisitionContext, TargetOptions
from aepsych_grpc.core.acquisition.local_look_ahead import LocalLookAhead, local_look_ahead
from aepsych_grpc.core.responses.entropy import binary_entropy


def build_local_mi(context: AcquisitionContext, options: TargetOptions) -> LocalLookAhead:
    """Make I(y; 1[f < gamma]), in nats (Letham et al. 2022); raises as `target_of` does."""
    return local_look_ahead(context, options.target, binary_entropy)
