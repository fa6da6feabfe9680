"""Sobol: trials that fill the space evenly, wherever the sequence stops."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.space.rejection import kept_points
from aepsych_grpc.core.space.sobol import sobol_points


@dataclass(frozen=True, slots=True)
class SobolOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class Sobol:
    """A scrambled Sobol sequence (Owen 1998): trial `index` is its point `index`, the stimuli side by side."""

    context: GeneratorContext
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials: the sequence's next points."""
        points = self.points(request.seed, request.index, request.count, request.fixed)
        note = "" if len(points) else "No stimulus keeps to the constraints."
        return Choice(points=points, source=Source.SOBOL, note=note)

    def points(self, seed: int, index: int, count: int, fixed: Mapping[str, Value]) -> Tensor:
        """Return trials `index` to `index + count - 1` of the sequence that `seed` scrambles, `count x s x d`.

        Only trials that keep to the constraints count; fewer are returned where too few do.
        """
        space, s = self.context.space, self.context.stimuli_per_trial

        def sequence(skip: int, count: int) -> Tensor:
            points = sobol_points(s * space.d, count, seed=seed, skip=skip)
            return space.snap(space.hold(points.reshape(count, s, space.d), fixed))

        return kept_points(sequence, space, count, skip=index)


def build_sobol(context: GeneratorContext, options: SobolOptions) -> Sobol:  # noqa: ARG001  # every entry is built alike
    """Make the generator."""
    return Sobol(context)
