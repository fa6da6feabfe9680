"""The models that a config may name."""

from collections.abc import Mapping
from dataclasses import dataclass

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianProcessOptions:
    """Options of Gaussian process classification."""

    structure: str = option(
        "auto",
        "What the prior knows of the field: that responses rise along the intensity parameter at a rate that varies "
        "smoothly with the other parameters (intensity), nothing but smoothness (smooth), or intensity if an intensity "
        "parameter is declared (auto).",
        choices=("auto", "intensity", "smooth"),
    )


def check_gaussian_process(options: GaussianProcessOptions, trials: Trials) -> list[Violation]:
    """Find out whether the structure lacks its intensity parameter; the path is `options.structure`."""
    if options.structure != "intensity" or trials.intensity_parameter:
        return []
    message = '"intensity" is given, but the experiment declares no intensity_parameter; declare it, or choose "auto".'
    return [Violation("options.structure", message)]


def build_gaussian_process(context: ModelContext, options: GaussianProcessOptions) -> GaussianProcessModel:
    """Build Gaussian process classification.

    Raises:
        ValueError: structure "intensity" without a declared intensity.
    """
    kernel: Kernel
    if options.structure == "smooth" or (options.structure == "auto" and context.intensity is None):
        kernel = ArdKernel(context.categorical)
    elif context.intensity is None:
        raise ValueError('Structure "intensity" needs an intensity parameter.')
    else:
        kernel = IntensityKernel(context.categorical, context.intensity)
    return GaussianProcessModel(kernel=kernel, response=context.response)


MODELS: Mapping[str, Entry[Model]] = {
    "gp_classification": Entry(
        name="gp_classification",
        summary="Gaussian process with a probit link, guess and lapse rate, fitted by expectation propagation.",
        options=GaussianProcessOptions,
        build=build_gaussian_process,
        check=check_gaussian_process,
        outcome_kinds=("binary",),
    ),
}
