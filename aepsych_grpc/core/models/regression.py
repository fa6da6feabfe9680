"""Gaussian process regression: the default model of continuous responses."""

from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.known_field import known_field
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.monotone import MonotoneOptions
from aepsych_grpc.core.models.statement import KnownValue
from aepsych_grpc.core.models.structure import StructureOptions, model_of, structure_option
from aepsych_grpc.core.responses.of_outcome import response_of

SCALE = 0.5
"""Responses are standardized, so that the field's variance is at most about 1, where a probit's is about 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionOptions(StructureOptions, MonotoneOptions):
    """What is known of a field of numbers; by default no more than smoothness, for measurements may fall as well."""

    structure: str = structure_option("smooth")
    known: tuple[KnownValue, ...] = option((), "What is known of the outcome beforehand.")


def build_regression(context: ModelContext, options: RegressionOptions) -> Model:
    """Build Gaussian process regression. With Gaussian noise expectation propagation is exact, after one sweep.

    Raises as `model_of` does.
    """
    response = response_of(context.outcome)
    knowledge = known_field(context, response, options)
    return model_of(context, response, options.structure, scale=SCALE, knowledge=knowledge)
