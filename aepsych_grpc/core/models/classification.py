"""Gaussian process classification: the default model of yes/no and forced-choice responses, and their proportions."""

from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.known_field import known_field
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.monotone import MonotoneOptions
from aepsych_grpc.core.models.statement import KnownProbability
from aepsych_grpc.core.models.structure import StructureOptions, model_of
from aepsych_grpc.core.responses.links import LINKS
from aepsych_grpc.core.responses.of_outcome import response_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationOptions(StructureOptions, MonotoneOptions):
    """What is known of a field of probabilities, and how the field makes responses."""

    link: str = option(
        "probit",
        "The shape of the psychometric function. probit, the cumulative Gaussian: the usual one, for percepts with "
        "Gaussian noise as in signal detection theory. logit, the logistic function: nearly the same shape, with "
        "heavier tails; for estimates comparable with a logistic regression. gumbel: with log_scale on the intensity "
        "parameter the Weibull function of contrast detection (needs log_scale to be it), steeper above the threshold "
        "than below. Thresholds at .5 to .8 hardly differ between links; choose the one that your field reports.",
        choices=tuple(LINKS),
    )
    known: tuple[KnownProbability, ...] = option((), "What is known of the responses beforehand.")


def build_classification(context: ModelContext, options: ClassificationOptions) -> Model:
    """Build Gaussian process classification; raises as `model_of` does."""
    response = response_of(context.outcome, LINKS[options.link])
    knowledge = known_field(context, response, options)
    return model_of(context, response, options.structure, knowledge=knowledge)
