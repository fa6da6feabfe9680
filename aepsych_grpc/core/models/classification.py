"""Gaussian process classification: the default model of yes/no and forced-choice responses."""

from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.known_field import known_field
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.monotone import MonotoneOptions
from aepsych_grpc.core.models.statement import KnownProbability
from aepsych_grpc.core.models.structure import StructureOptions, model_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationOptions(StructureOptions, MonotoneOptions):
    """What is known of a field of probabilities."""

    known: tuple[KnownProbability, ...] = option((), "What is known of the responses beforehand.")


def build_classification(context: ModelContext, options: ClassificationOptions) -> Model:
    """Build Gaussian process classification; raises as `model_of` does."""
    return model_of(context, options.structure, knowledge=known_field(context, options))
