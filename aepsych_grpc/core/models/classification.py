"""Gaussian process classification: the default model of yes/no and forced-choice responses, and their proportions."""

from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.structure import kernel_of, structure_option
from aepsych_grpc.core.responses.links import LINKS
from aepsych_grpc.core.responses.of_outcome import response_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationOptions:
    """What the prior knows of the field, and how the field makes responses."""

    structure: str = structure_option()
    link: str = option(
        "probit",
        "The shape of the psychometric function. probit, the cumulative Gaussian: the usual one, for percepts with "
        "Gaussian noise as in signal detection theory. logit, the logistic function: nearly the same shape, with "
        "heavier tails; for estimates comparable with a logistic regression. gumbel: with log_scale on the intensity "
        "parameter the Weibull function of contrast detection (needs log_scale to be it), steeper above the threshold "
        "than below. Thresholds at .5 to .8 hardly differ between links; choose the one that your field reports.",
        choices=tuple(LINKS),
    )


def build_classification(context: ModelContext, options: ClassificationOptions) -> GaussianProcessModel:
    """Build Gaussian process classification; raises as `kernel_of` does."""
    return GaussianProcessModel(
        kernel=kernel_of(context, options),
        response=response_of(context.outcome, LINKS[options.link]),
        learned=context.hyperprior,
    )
