"""Optimized acquisition: trials from which the model learns the most."""

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.generators.sobol import Sobol
from aepsych_grpc.core.space.rejection import reachable
from aepsych_grpc.core.space.search import Found, search
from aepsych_grpc.core.space.trial_space import TrialSpace

CANDIDATES = 512
STEPS = (0.12, 0.04)
"""Standard deviations of the refinement, in units of the cube."""


@dataclass(frozen=True, slots=True)
class OptimizeAcquisitionOptions:
    """No options."""


@dataclass(frozen=True, slots=True)
class OptimizeAcquisition:
    """The trial with the highest acquisition value: a stimulus, or a pair to choose from.

    Trials that await a response, those of the same batch included, are counted in as `anticipate` describes. Where the
    model's choice fails or time runs out, the next points of a Sobol sequence stand in.
    """

    context: GeneratorContext
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials, one after the other."""
        if request.belief is None or request.belief.acquisition is None:
            return self._fall_back(request, [], "There is nothing to learn from yet.")
        points: list[Tensor] = []
        try:
            with torch.no_grad():
                for _ in range(request.count):
                    if _late(request):
                        return self._fall_back(request, points, "Time ran out.")
                    found = self._best(request, request.belief, request.belief.acquisition, points)
                    points.append(found.point)
                    if found.steps < len(STEPS):
                        # With the number of steps the record has all that the choice depended on.
                        note = f"Time ran out after {found.steps} of the search's {len(STEPS)} refinements."
                        return self._fall_back(request, points, note)
        except (RuntimeError, ValueError, ArithmeticError) as error:
            # What linear algebra and special functions raise; anything else is a mistake of ours and must be seen.
            return self._fall_back(request, points, f"The model's choice failed: {error}")
        return Choice(points=self._trials(points), source=Source.MODEL)

    def _best(self, request: Request, belief: Belief, acquisition: Acquisition, chosen: list[Tensor]) -> Found:
        space, s = self.context.space, self.context.stimuli_per_trial
        trials = space if s == 1 else TrialSpace(space, s)
        rng = random_stream(request.seed, request.index + len(chosen))
        pending = torch.cat([request.pending.reshape(-1, trials.d), *(point[None] for point in chosen)])
        posterior = anticipate(belief.posterior, belief.response, pending)
        score = acquisition.prepare(posterior, belief.response, reachable(trials), rng)
        return search(score, trials, request.fixed, rng, candidates=CANDIDATES, steps=STEPS, deadline=request.deadline)

    def _fall_back(self, request: Request, chosen: list[Tensor], note: str) -> Choice:
        missing, index = request.count - len(chosen), request.index + len(chosen)
        points = Sobol(self.context).points(request.seed, index, missing, request.fixed)
        if chosen:
            points = torch.cat([self._trials(chosen), points])
        if chosen and missing:
            note += f" {missing} of {request.count} trials are from a Sobol sequence."
        return Choice(points=points, source=Source.FALLBACK, note=note)

    def _trials(self, points: list[Tensor]) -> Tensor:
        """Return trials, `count x s x d`, of points that have the stimuli side by side."""
        return torch.stack(points).reshape(len(points), self.context.stimuli_per_trial, self.context.space.d)


def _late(request: Request) -> bool:
    return request.deadline is not None and time.monotonic() >= request.deadline


def build_optimize_acquisition(
    context: GeneratorContext,
    options: OptimizeAcquisitionOptions,  # noqa: ARG001  # every entry is built alike
) -> OptimizeAcquisition:
    """Make the generator.

    Raises:
        ValueError: When a trial shows more than two stimuli; models don't learn from such trials.
    """
    if context.stimuli_per_trial > 2:
        raise ValueError(f"Models choose trials of one or two stimuli; these show {context.stimuli_per_trial}.")
    return OptimizeAcquisition(context)
