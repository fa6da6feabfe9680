"""Parameters along which responses only rise, or only fall: an option of several models."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Categorical, Fixed
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation, nearest_name, shown
from aepsych_grpc.core.models.factor import Positive
from aepsych_grpc.core.models.knowledge import Known
from aepsych_grpc.core.models.observed import Functionals
from aepsych_grpc.core.space.region import spread_points
from aepsych_grpc.core.space.space import Space

STEP = 0.3
"""Length of the step over which the field is to rise, as a share of the parameter's range."""
SOFTNESS = 0.01
"""The difference of f over such a step that a factor takes for a rise in 84 of 100 cases."""
FEWEST_STEPS = 4
"""Steps by which the field is told to rise along a parameter; as many as coordinates, if these are more.

Few keep most of a field in order, and more make it too steep: of fields that are smooth, those that rise at ever more
places are ever steeper ones. With four of six parameters' directions known (12 seeds, 50 Sobol trials), 6, 12 and 32
steps for each changed the level-set error of .206 by -.009, -.002 and +.005 (standard error .005); a softness of .2
instead of .01 added .08.
"""


@dataclass(frozen=True, kw_only=True)
class MonotoneOptions:
    """Directions of responses. Without slots, so that it can be joined with other options."""

    increasing: tuple[str, ...] = option(
        (),
        "Parameters along which responses rise or stay the same, whatever the others are. An intensity_parameter need "
        "not be listed; listing it makes the rise firmer.",
    )
    decreasing: tuple[str, ...] = option((), "Parameters along which responses fall or stay the same.")


class HasDirections(Protocol):
    """Options that say along which parameters responses rise or fall."""

    @property
    def increasing(self) -> tuple[str, ...]:
        """Parameters along which responses rise or stay."""

    @property
    def decreasing(self) -> tuple[str, ...]:
        """Parameters along which responses fall or stay."""


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Pairs of neighbouring points, `m x d` each: from the first to the second the field rises."""

    first: Tensor
    second: Tensor


def rising_steps(space: Space, options: HasDirections) -> Steps | None:
    """Return steps spread over the space, from edge to edge, along each parameter that was named; None without any."""
    each = [
        _steps(space, space.index(name), falls=falls)
        for names, falls in ((options.increasing, False), (options.decreasing, True))
        for name in names
    ]
    if not each:
        return None
    return Steps(torch.cat([steps.first for steps in each]), torch.cat([steps.second for steps in each]))


def _steps(space: Space, coordinate: int, *, falls: bool) -> Steps:
    spread = spread_points(space.d, max(FEWEST_STEPS, space.d), seed=1 + coordinate)
    first = space.snap(spread)
    first[:, coordinate] = (1 - STEP) * spread[:, coordinate]
    second = first.clone()
    second[:, coordinate] += STEP
    return Steps(second, first) if falls else Steps(first, second)


def monotone_field(steps: Steps) -> Known:
    """Return that f(second) - f(first) > 0 for every step, through Phi((f(second) - f(first)) / SOFTNESS).

    Steps stand for the derivatives of Riihimaki & Vehtari (2010, "Gaussian processes with
    monotonicity information", AISTATS, eq. 4): they need nothing of a kernel but its covariance.
    """
    m = len(steps.first)
    one = torch.eye(m, dtype=torch.float64)
    return Known(Functionals(torch.cat([steps.first, steps.second]), torch.cat([-one, one], 1)), Positive(m, SOFTNESS))


def monotone_differences(steps: Steps) -> Known:
    """Return the same of a field of differences, where the two points of a step lie side by side in one."""
    pairs = torch.cat([steps.first, steps.second], 1)
    return Known(Functionals(pairs, torch.eye(len(pairs), dtype=torch.float64)), Positive(len(pairs), SOFTNESS))


def check_monotone(options: HasDirections, trials: Trials) -> Iterator[Violation]:
    """Find directions that can't hold; paths are `options.increasing[0]` and the like."""
    possible = [
        item.name
        for item in trials.parameters
        if not isinstance(item.kind, Fixed) and not (isinstance(item.kind, Categorical) and not item.kind.ordered)
    ]
    seen: set[str] = set()
    for direction in ("increasing", "decreasing"):
        names: Sequence[str] = getattr(options, direction)
        for i, name in enumerate(names):
            path = f"options.{direction}[{i}]"
            if name in seen:
                yield Violation(path, f"{shown(name)} is given twice; it can have one direction.")
            elif name not in possible:
                message = f"{shown(name)} has no values in order; possible: {', '.join(possible) or 'none'}."
                yield Violation(path, message + nearest_name(name, possible))
            seen.add(name)


def explain_monotone(options: HasDirections) -> Iterator[str]:
    """Say what was named, in sentences."""
    for verb, names in (("rise", options.increasing), ("fall", options.decreasing)):
        if names:
            yield f"Responses are taken to {verb} or stay the same along {' and '.join(names)}"
