"""Gaussian process regression: the default model of continuous responses."""

from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.known_field import known_field
from aepsych_grpc.core.models.monotone import MonotoneOptions
from aepsych_grpc.core.models.statement import KnownValue

SPREAD = 1.0
"""Prior centre of the field's variance: responses are standardized, so that it is at most about 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionOptions(MonotoneOptions):
    """What is known of a field of numbers."""

    known: tuple[KnownValue, ...] = option((), "What is known of the outcome beforehand.")


def build_regression(context: ModelContext, options: RegressionOptions) -> GaussianProcessModel:
    """Build Gaussian process regression. With Gaussian noise expectation propagation is exact, after one sweep."""
    kernel = ArdKernel(context.categorical, SPREAD)
    return GaussianProcessModel(
        kernel=kernel,
        response=context.response,
        learned=context.hyperprior,
        knowledge=known_field(context, options),
    )
