"""What a generator is made for."""

from dataclasses import dataclass, field

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.core.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorContext:
    """The trials of an experiment.

    Attributes:
        space: The space of their stimuli.
        stimuli_per_trial: How many stimuli each shows.
        outcome: The outcome that trials are chosen for, whose responses a request tells.
        learned: All outcomes that models learn from, that one first; empty without a model.
        intensity_parameter: Name of the parameter along which responses rise; empty when none is declared.
    """

    space: Space
    stimuli_per_trial: int = 1
    outcome: outcomes.Kind = field(default_factory=outcomes.Binary)
    learned: tuple[outcomes.Outcome, ...] = ()
    intensity_parameter: str = ""
