"""Sampled acquisition: the more a trial would teach, the likelier it is to be the next."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.by_acquisition import ByAcquisition, Score, by_acquisition
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief
from aepsych_grpc.core.space.search import Found, Searchable, candidate_points

CANDIDATES = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAcquisitionOptions:
    """What is drawn from."""

    candidates: int = option(
        CANDIDATES, "How many trials, spread evenly over the space, one is drawn from.", minimum=16, maximum=16_384
    )


@dataclass(frozen=True, slots=True)
class Drawn:
    """One of the candidates, with a probability in proportion to its score less the lowest one."""

    candidates: int = CANDIDATES
    steps: int = 0

    def find(
        self,
        score: Score,
        space: Searchable,
        belief: Belief,  # noqa: ARG002  # the seam's; the score has it
        fixed: Mapping[str, Value],
        rng: np.random.Generator,
        deadline: float | None,  # noqa: ARG002  # the seam's; there is nothing to cut short
    ) -> Found:
        """Draw the trial; see `Finder`."""
        X = candidate_points(space, fixed, rng, self.candidates)
        scores = score(X)
        finite = scores.isfinite()
        if not bool(finite.any()):
            raise ArithmeticError("No candidate has a finite score.")
        lowest = scores[finite].min()
        above = torch.where(finite, scores - lowest, 0.0)
        if not bool(above.any()):
            above = finite.to(scores.dtype)
        total = above.cumsum(0)
        drawn = int(torch.searchsorted(total, total[-1] * rng.random(), right=True))
        return Found(X[drawn], float(scores[drawn]), 0)


def build_sample_acquisition(context: GeneratorContext, options: SampleAcquisitionOptions) -> ByAcquisition:
    """Make the generator; raises as `by_acquisition` does."""
    return by_acquisition(context, Drawn(options.candidates))
