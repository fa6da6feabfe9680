"""What a generator is made for."""

from dataclasses import dataclass

from aepsych_grpc.core.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorContext:
    """The trials of an experiment: the space of their stimuli, and how many stimuli each shows."""

    space: Space
    stimuli_per_trial: int = 1
