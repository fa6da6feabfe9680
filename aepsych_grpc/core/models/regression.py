"""Gaussian process regression: the default model of continuous responses."""

from dataclasses import dataclass

from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.responses.of_outcome import response_of

SPREAD = 1.0
"""Prior centre of the field's variance: responses are standardized, so that it is at most about 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionOptions:
    """No options."""


def build_regression(context: ModelContext, options: RegressionOptions) -> GaussianProcessModel:  # noqa: ARG001  # every entry is built alike
    """Build Gaussian process regression. With Gaussian noise expectation propagation is exact, after one sweep."""
    kernel = ArdKernel(context.categorical, SPREAD)
    return GaussianProcessModel(kernel=kernel, response=response_of(context.outcome), learned=context.hyperprior)
