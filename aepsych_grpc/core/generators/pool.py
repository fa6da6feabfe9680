"""Pool: the best of the stimuli that exist, such as pictures rendered beforehand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.listed import EXAMPLE, listed_trials
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.space.rejection import reachable
from aepsych_grpc.core.space.space import Space

_Key: TypeAlias = tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolOptions:
    """Which stimuli exist, and whether one may come again."""

    points: tuple[Mapping[str, Value], ...] = option(..., "The stimuli that exist.", example=EXAMPLE)
    repeat: bool = option(
        default=False, description="Let a stimulus come again. Otherwise the strategy ends when all have been shown."
    )


@dataclass(frozen=True, slots=True)
class Pool:
    """The stimulus of a pool (`n x d`) with the highest acquisition value; the first of equally good ones.

    Trials that await a response, those of the same batch included, are counted in as `anticipate` describes. Fixed
    parameters narrow the pool to the stimuli that have these values. While there is nothing to learn from, and where
    the model's choice fails, a stimulus is drawn at random.
    """

    space: Space
    points: Tensor
    repeat: bool

    @property
    def limit(self) -> int | None:
        """How many stimuli there are; None when they may come again."""
        return None if self.repeat else len(self.points)

    def generate(self, request: Request) -> Choice:
        """Choose the next trials; fewer than wanted when too few stimuli are left."""
        chosen: list[int] = []
        source, note = Source.MODEL, ""
        left = self._left(request)
        if not left:
            note = "No stimulus is left in the pool"
            return self._choice(chosen, source, note + (" with these values." if request.fixed else "."))
        for _ in range(request.count):
            candidates = left if self.repeat else [i for i in left if i not in chosen]
            if not candidates:
                break
            try:
                best = self._best(request, candidates, chosen)
                problem = "There is nothing to learn from yet."
            except (RuntimeError, ValueError, ArithmeticError) as error:
                # What linear algebra and special functions raise; anything else is a mistake of ours and must be seen.
                best, problem = None, f"The model's choice failed: {error}"
            if best is None:
                source, note = Source.FALLBACK, problem
                best = candidates[
                    int(random_stream(request.seed, request.index + len(chosen)).integers(len(candidates)))
                ]
            chosen.append(best)
        return self._choice(chosen, source, note)

    def _choice(self, chosen: Sequence[int], source: Source, note: str) -> Choice:
        return Choice(points=self.points[list(chosen)][:, None], source=source, note=note)

    def _best(self, request: Request, candidates: Sequence[int], chosen: Sequence[int]) -> int | None:
        belief = request.belief
        if belief is None or belief.acquisition is None:
            return None
        rng = random_stream(request.seed, request.index + len(chosen))
        pending = torch.cat([request.pending.reshape(-1, self.space.d), self.points[list(chosen)]])
        with torch.no_grad():
            posterior = anticipate(belief.posterior, belief.response, pending)
            score = belief.acquisition.prepare(posterior, belief.response, reachable(self.space), rng)
            scores = score(self.points[list(candidates)]).nan_to_num(-torch.inf, -torch.inf, -torch.inf)
        if not bool(scores.isfinite().any()):
            raise ArithmeticError("No stimulus of the pool has a finite score.")
        return candidates[int(scores.argmax())]

    def _left(self, request: Request) -> list[int]:
        """List the stimuli that have the fixed values and, unless they may come again, have not been asked."""
        stimuli = self.space.decode(self.points)
        shown = Counter() if self.repeat else Counter(_key(trial[0]) for trial in request.asked)
        left = []
        for i, stimulus in enumerate(stimuli):
            if shown[_key(stimulus)]:
                shown[_key(stimulus)] -= 1
            elif all(stimulus[name] == value for name, value in request.fixed.items()):
                left.append(i)
        return left


def _key(stimulus: Mapping[str, Value]) -> _Key:
    return tuple(stimulus[name] for name in sorted(stimulus))


def build_pool(context: GeneratorContext, options: PoolOptions) -> Pool:
    """Make the generator; raises as `listed_trials` does.

    Raises:
        ValueError: When a trial shows several stimuli; models don't learn from such trials.
    """
    if context.stimuli_per_trial != 1:
        raise ValueError(f"Models choose trials of one stimulus; this experiment's show {context.stimuli_per_trial}.")
    return Pool(context.space, listed_trials(context, options)[:, 0], options.repeat)
