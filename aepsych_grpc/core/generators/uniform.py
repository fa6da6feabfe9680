"""Uniform: independent trials, each anywhere in the space."""

from dataclasses import dataclass

import numpy as np
import torch

from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream


@dataclass(frozen=True, slots=True)
class UniformOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class Uniform:
    """Independent uniform draws from the unit cube: trial `index` is a function of it and the seed."""

    context: GeneratorContext
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials."""
        space, s = self.context.space, self.context.stimuli_per_trial
        trials = range(request.index, request.index + request.count)
        draws = np.stack([random_stream(request.seed, trial).random((s, space.d)) for trial in trials])
        return Choice(points=space.snap(space.hold(torch.from_numpy(draws), request.fixed)), source=Source.RANDOM)


def build_uniform(context: GeneratorContext, options: UniformOptions) -> Uniform:  # noqa: ARG001  # every entry is built alike
    """Make the generator."""
    return Uniform(context)
