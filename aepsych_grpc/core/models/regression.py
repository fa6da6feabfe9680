"""Gaussian process regression: the default model of continuous responses."""

from dataclasses import dataclass

from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.structure import StructureOptions, model_of, structure_option

SCALE = 0.5
"""Responses are standardized, so that the field's variance is at most about 1, where a probit's is about 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionOptions(StructureOptions):
    """What the prior knows of the field; by default no more than smoothness, for measurements may fall as well."""

    structure: str = structure_option("smooth")


def build_regression(context: ModelContext, options: RegressionOptions) -> Model:
    """Build Gaussian process regression. With Gaussian noise expectation propagation is exact, after one sweep.

    Raises as `model_of` does.
    """
    return model_of(context, options.structure, scale=SCALE)
