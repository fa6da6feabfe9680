"""Gaussian process classification: the default model of yes/no and forced-choice responses."""

from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.structure import StructureOptions, model_of


def build_classification(context: ModelContext, options: StructureOptions) -> Model:
    """Build Gaussian process classification; raises as `model_of` does."""
    return model_of(context, options.structure)
