"""Manual: trials that the experimenter lists."""

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
class ManualOptions:
    """Which stimuli to show, and in which order."""

    points: tuple[Mapping[str, Value], ...] = option(
        ...,
        "The stimuli, one after the other; with several stimuli per trial, those of a trial side by side.",
        example=EXAMPLE,
    )
    shuffle: bool = option(default=False, description="Show the trials in random order instead of the order listed.")


@dataclass(frozen=True, slots=True)
class Manual:
    """Listed trials, each once: `trials` are points, `n x s x d`."""

    space: Space
    trials: Tensor
    shuffle: bool

    @property
    def limit(self) -> int:
        """How many trials are listed."""
        return len(self.trials)

    def generate(self, request: Request) -> Choice:
        """Choose the next trials of the list; fewer than wanted at its end. Fixed parameters win over the list."""
        order = range(self.limit)
        if self.shuffle:
            order = random_stream(request.seed, 0).permutation(self.limit).tolist()
        points = self.trials[list(order[request.index : request.index + request.count])]
        return Choice(points=self.space.hold(points, request.fixed), source=Source.MANUAL)


def build_manual(context: GeneratorContext, options: ManualOptions) -> Manual:
    """Make the generator; raises as `listed_trials` does."""
    return Manual(context.space, listed_trials(context, options), options.shuffle)
