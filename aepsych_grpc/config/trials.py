"""What is known of an experiment's trials when its strategies are read."""

from dataclasses import dataclass

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.parameter import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What the trials of an experiment are like.

    Attributes:
        parameters: The parameters of a stimulus; empty while they have mistakes.
        outcomes: What a trial yields; empty while that has mistakes.
        intensity_parameter: Name of the parameter along which responses rise; empty when none is declared.
        stimuli: Number of stimuli in a trial.
        outcome_kinds: The kinds of the outcomes, at least one, known even while the outcomes have mistakes.
        learned: The outcomes that models learn from, the one that trials are chosen for first; empty without a model
            or while there are mistakes.
        constraints: What the parameters fulfil together; empty while there are mistakes.
    """

    parameters: tuple[Parameter, ...]
    outcomes: tuple[Outcome, ...]
    intensity_parameter: str
    stimuli: int
    outcome_kinds: tuple[str, ...]
    learned: tuple[Outcome, ...] = ()
    constraints: tuple[LinearConstraint, ...] = ()
