"""Optimized acquisition: trials from which the model learns the most."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aepsych_grpc.config.options import option
from aepsych_grpc.config.outcome import Kind, Psychometric
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.generators.by_acquisition import ByAcquisition, Score, by_acquisition
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief
from aepsych_grpc.core.generators.threshold_surface import ThresholdSurface
from aepsych_grpc.core.space.search import Found, Searchable, search

CANDIDATES = 512
REFINEMENTS = 2
FIRST_STEP, SHRINKAGE = 0.12, 3.0
"""Standard deviation of the first refinement, in units of the cube, and how many times less each further one has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizeAcquisitionOptions:
    """How thoroughly to search, and where."""

    candidates: int = option(
        CANDIDATES,
        "How many trials, spread evenly over the space, are scored first. More brought nothing in 2 to 8 dimensions.",
        minimum=16,
        maximum=16_384,
    )
    refinements: int = option(
        REFINEMENTS,
        "How often the best three are then varied, each time by a third as much; 0 takes the best candidate as it is.",
        minimum=0,
        maximum=10,
    )
    intensity: str = option(
        "free",
        "Search the intensity like any other parameter (free), or search only stimuli whose intensity is where the "
        "model expects the outcome's target (threshold; Keeley et al. 2023).",
        choices=("free", "threshold"),
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """At which coordinate the intensity is, and which response is the one at threshold."""

    parameter: str
    coordinate: int
    target: float


@dataclass(frozen=True, slots=True)
class Optimum:
    """The trial with the highest score, found as `search` describes; with a threshold, among the stimuli there."""

    candidates: int = CANDIDATES
    steps: int = REFINEMENTS
    threshold: Threshold | None = None

    def find(
        self,
        score: Score,
        space: Searchable,
        belief: Belief,
        fixed: Mapping[str, Value],
        rng: np.random.Generator,
        deadline: float | None,
    ) -> Found:
        """Find the trial; raises as `search` does."""
        if self.threshold is not None and self.threshold.parameter not in fixed:
            gamma = belief.response.latent(self.threshold.target)
            space = ThresholdSurface(space, self.threshold.coordinate, belief.posterior, gamma)
        steps = [FIRST_STEP / SHRINKAGE**i for i in range(self.steps)]
        return search(score, space, fixed, rng, candidates=self.candidates, steps=steps, deadline=deadline)


def build_optimize_acquisition(context: GeneratorContext, options: OptimizeAcquisitionOptions) -> ByAcquisition:
    """Make the generator; raises as `by_acquisition` does.

    Raises:
        InvalidConfigError: As `check_optimize_acquisition`.
    """
    if violations := _violations(options, context.intensity_parameter, context.outcome):
        raise InvalidConfigError(violations)
    threshold = None
    if options.intensity == "threshold" and isinstance(context.outcome, Psychometric):
        name = context.intensity_parameter
        threshold = Threshold(name, context.space.index(name), context.outcome.target)
    return by_acquisition(context, Optimum(options.candidates, options.refinements, threshold))


def check_optimize_acquisition(options: OptimizeAcquisitionOptions, trials: Trials) -> list[Violation]:
    """Find out whether there is no threshold to look at; the path is `options.intensity`."""
    return _violations(options, trials.intensity_parameter, trials.outcomes[0].kind)


def _violations(options: OptimizeAcquisitionOptions, intensity: str, kind: Kind) -> list[Violation]:
    if options.intensity == "free" or (intensity and isinstance(kind, Psychometric)):
        return []
    lack = (
        "is for binary outcomes and proportions"
        if intensity
        else "needs an intensity_parameter, and the experiment declares none"
    )
    return [Violation("options.intensity", f'"threshold" {lack}; choose "free".')]
