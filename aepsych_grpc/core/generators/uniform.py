"""Uniform: independent trials, each anywhere in the space."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.space.rejection import kept_points


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
        trials = []
        for index in range(request.index, request.index + request.count):
            rng = random_stream(request.seed, index)

            def sequence(_skip: int, count: int, rng: np.random.Generator = rng) -> Tensor:
                draws = torch.from_numpy(rng.random((count, s, space.d)))
                return space.snap(space.hold(draws, request.fixed))

            trials.append(kept_points(sequence, space, 1))
        points = torch.cat(trials)
        note = "" if len(points) else "No stimulus keeps to the constraints."
        return Choice(points=points, source=Source.RANDOM, note=note)


def build_uniform(context: GeneratorContext, options: UniformOptions) -> Uniform:  # noqa: ARG001  # every entry is built alike
    """Make the generator."""
    return Uniform(context)
