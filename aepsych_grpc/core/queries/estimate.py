"""The answers to queries, and the scales on which they are given."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from aepsych_grpc.config.parameter import Value


class Scale(enum.Enum):
    """The scale on which responses are given and reported."""

    PROBABILITY = "probability"
    """The expected response E[y | f]: for binary outcomes the probability of a 1, guesses and lapses included."""
    LATENT = "latent"
    """The latent field f."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity with its uncertainty: posterior mean and variance, ends of the credible interval."""

    mean: float
    variance: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class PointEstimate:
    """A stimulus and the response there."""

    stimulus: Mapping[str, Value]
    response: Estimate
