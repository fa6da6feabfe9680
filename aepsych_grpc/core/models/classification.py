"""Gaussian process classification: the default model of yes/no and forced-choice responses."""

from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.structure import StructureOptions, kernel_of


def build_classification(context: ModelContext, options: StructureOptions) -> GaussianProcessModel:
    """Build Gaussian process classification; raises as `kernel_of` does."""
    return GaussianProcessModel(
        kernel=kernel_of(context, options), response=context.response, learned=context.hyperprior
    )
