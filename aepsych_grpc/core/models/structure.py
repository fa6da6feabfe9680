"""What the prior knows of the latent field: an option that several models have."""

from dataclasses import dataclass
from typing import Any, Protocol

from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.kernel import Kernel


def structure_option() -> Any:
    """Declare the option."""
    return option(
        "auto",
        "What the prior knows of the field: that responses rise along the intensity parameter at a rate that varies "
        "smoothly with the other parameters (intensity), nothing but smoothness (smooth), or intensity if an intensity "
        "parameter is declared (auto).",
        choices=("auto", "intensity", "smooth"),
    )


class HasStructure(Protocol):
    """Options with a structure."""

    @property
    def structure(self) -> str:
        """What the prior knows of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureOptions:
    """What the prior knows of the field."""

    structure: str = structure_option()


def check_structure(options: HasStructure, trials: Trials) -> list[Violation]:
    """Find out whether the structure lacks its intensity parameter; the path is `options.structure`."""
    if options.structure != "intensity" or trials.intensity_parameter:
        return []
    message = '"intensity" is given, but the experiment declares no intensity_parameter; declare it, or choose "auto".'
    return [Violation("options.structure", message)]


def kernel_of(context: ModelContext, options: HasStructure) -> Kernel:
    """Return the kernel that a structure stands for.

    Raises:
        ValueError: structure "intensity" without a declared intensity.
    """
    if options.structure == "smooth" or (options.structure == "auto" and context.intensity is None):
        return ArdKernel(context.categorical)
    if context.intensity is None:
        raise ValueError('Structure "intensity" needs an intensity parameter.')
    return IntensityKernel(context.categorical, context.intensity)
