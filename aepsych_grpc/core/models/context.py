"""What a model must know of its experiment."""

from dataclasses import dataclass, field

from torch import Tensor

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelContext:
    """The experiment as a model sees it.

    Attributes:
        d: Number of coordinates of a stimulus.
        intensity: Which coordinate is the intensity, along which responses rise; None if none is declared.
        categorical: For every coordinate, whether its values are categories without order.
        levels: For every coordinate, how many values it can take; None for a continuum. Empty if that is not known.
        outcome: What is told of a trial; the model decides how its latent field makes it.
        reference: Points of stimuli spread evenly over the space, `r x d`.
        hyperprior: What earlier participants have taught of the hyperparameters; None for the model's own prior.
        space: The parameters by name, for options that name some.
    """

    d: int
    intensity: int | None
    categorical: tuple[bool, ...]
    outcome: outcomes.Kind
    reference: Tensor
    hyperprior: Hyperprior | None = None
    levels: tuple[int | None, ...] = ()
    space: Space = field(default_factory=lambda: Space(()))
