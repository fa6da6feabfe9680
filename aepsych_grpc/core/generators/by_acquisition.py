"""By acquisition: trials found by the score that an acquisition function gives them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.generators.sobol import Sobol
from aepsych_grpc.core.space.rejection import reachable
from aepsych_grpc.core.space.search import Found, Searchable
from aepsych_grpc.core.space.trial_space import TrialSpace

Score = Callable[[Tensor], Tensor]
"""From points, `m x d`, to scores, `m`; higher is better."""


class Finder(Protocol):
    """Finds a trial by its score."""

    @property
    def steps(self) -> int:
        """How many steps a search has when it runs to its end."""

    def find(
        self,
        score: Score,
        space: Searchable,
        belief: Belief,
        fixed: Mapping[str, Value],
        rng: np.random.Generator,
        deadline: float | None,
    ) -> Found:
        """Find a trial of the space; `belief` is the one that the score judges by.

        Raises:
            ArithmeticError: When no trial has a finite score.
        """


@dataclass(frozen=True, slots=True)
class ByAcquisition:
    """The trial that a finder picks by its acquisition value: a stimulus, or a pair to choose from.

    Trials that await a response, those of the same batch included, are counted in as `anticipate` describes; within a
    batch none comes twice while there are others. Where the model's choice fails or time runs out, the next points of a
    Sobol sequence stand in.
    """

    context: GeneratorContext
    finder: Finder
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
                    found = self._find(request, request.belief, request.belief.acquisition, points)
                    points.append(found.point)
                    if found.steps < self.finder.steps:
                        # With the number of steps the record has all that the choice depended on.
                        note = f"Time ran out after {found.steps} of the search's {self.finder.steps} refinements."
                        return self._fall_back(request, points, note)
        except (RuntimeError, ValueError, ArithmeticError) as error:
            # What linear algebra and special functions raise; anything else is a mistake of ours and must be seen.
            return self._fall_back(request, points, f"The model's choice failed: {error}")
        return Choice(points=self._trials(points), source=Source.MODEL)

    def _find(self, request: Request, belief: Belief, acquisition: Acquisition, chosen: list[Tensor]) -> Found:
        space, s = self.context.space, self.context.stimuli_per_trial
        trials = space if s == 1 else TrialSpace(space, s)
        pending = torch.cat([request.pending.reshape(-1, trials.d), *(point[None] for point in chosen)])
        expected = replace(belief, posterior=anticipate(belief.posterior, belief.response, pending))

        def find(*taken: Tensor) -> Found:
            rng = random_stream(request.seed, request.index + len(chosen))
            score = acquisition.prepare(expected.posterior, belief.response, reachable(trials), rng)
            return self.finder.find(
                without(score, taken), trials, expected, request.fixed, rng, request.deadline
            )  # fmt: skip

        try:
            return find(*chosen)
        except ArithmeticError:
            if not chosen:
                raise
            return find()

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


def without(score: Score, taken: Sequence[Tensor]) -> Score:
    """Return the score with -inf at points, each `d`, that have been taken."""
    if not taken:
        return score
    points = torch.stack(list(taken))

    def others(X: Tensor) -> Tensor:
        return score(X).masked_fill((X[:, None] == points).all(-1).any(-1), -torch.inf)

    return others


def _late(request: Request) -> bool:
    return request.deadline is not None and time.monotonic() >= request.deadline


def by_acquisition(context: GeneratorContext, finder: Finder) -> ByAcquisition:
    """Make the generator.

    Raises:
        ValueError: When a trial shows more than two stimuli; models don't learn from such trials.
    """
    if context.stimuli_per_trial > 2:
        raise ValueError(f"Models choose trials of one or two stimuli; these show {context.stimuli_per_trial}.")
    return ByAcquisition(context, finder)
