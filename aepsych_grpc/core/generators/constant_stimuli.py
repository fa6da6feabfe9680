"""The method of constant stimuli: every listed trial equally often, in random order."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.listed import EXAMPLE, listed_trials
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantStimuliOptions:
    """Which stimuli to show, and how often."""

    points: tuple[Mapping[str, Value], ...] = option(
        ...,
        "The stimuli, such as the levels; with several stimuli per trial, those of a trial side by side.",
        example=EXAMPLE,
    )
    repetitions: int = option(10, "How often each trial is shown.", minimum=1, maximum=10_000)


@dataclass(frozen=True, slots=True)
class ConstantStimuli:
    """Blocks of all listed trials (`n x s x d`), each in a random order of its own.

    Blocks keep the levels balanced wherever a session breaks off, and spread practice and fatigue over them.
    """

    space: Space
    trials: Tensor
    repetitions: int

    @property
    def limit(self) -> int:
        """Trials times repetitions."""
        return len(self.trials) * self.repetitions

    def generate(self, request: Request) -> Choice:
        """Choose the next trials; fewer than wanted at the end. Fixed parameters win over the list."""
        n = len(self.trials)
        wanted = range(request.index, min(request.index + request.count, self.limit))
        blocks = {index // n for index in wanted}
        orders = {block: random_stream(request.seed, block).permutation(n) for block in blocks}
        points = self.trials[[int(orders[index // n][index % n]) for index in wanted]]
        return Choice(points=self.space.hold(points, request.fixed), source=Source.MANUAL)


def build_constant_stimuli(context: GeneratorContext, options: ConstantStimuliOptions) -> ConstantStimuli:
    """Make the generator; raises as `listed_trials` does."""
    return ConstantStimuli(context.space, listed_trials(context, options), options.repetitions)
