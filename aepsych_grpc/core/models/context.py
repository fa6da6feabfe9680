"""What a model must know of its experiment."""

from dataclasses import dataclass

from torch import Tensor

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.core.models.hyperprior import Hyperprior


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelContext:
    """The experiment as a model sees it.

    Attributes:
        d: Number of coordinates of a stimulus.
        intensity: Which coordinate is the intensity, along which responses rise; None if none is declared.
        categorical: For every coordinate, whether its values are categories without order.
        outcome: What is told of a trial; the model decides how its latent field makes it.
        reference: Points of stimuli spread evenly over the space, `r x d`.
        hyperprior: What earlier participants have taught of the hyperparameters; None for the model's own prior.
    """

    d: int
    intensity: int | None
    categorical: tuple[bool, ...]
    outcome: outcomes.Kind
    reference: Tensor
    hyperprior: Hyperprior | None = None
