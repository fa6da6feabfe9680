"""Trials at the same place, set apart so that each of them is seen."""

from collections import Counter
from collections.abc import Hashable, Sequence

from aepsych_grpc.client.plots.axis import Axis

STEP = 0.016
"""Distance of neighbours along x, as a part of its length: about a marker's width."""

WIDEST = 0.1
"""Room that the trials at one place may take along x, as a part of its length."""

STACK_STEP = 0.03
"""Distance of neighbours in a stack, as a probability: about a marker's height."""

TALLEST_STACK = 0.35
"""Height that a stack may have, as a probability."""


def side_by_side(places: Sequence[tuple[float, float]], x: Axis) -> list[float]:
    """Return the x of every trial, moved so that trials at the same place stand side by side around it."""
    total, rank = Counter(places), _ranks(places)
    widest = min(WIDEST, 0.7 * x.step)
    moved = []
    for place, k in zip(places, rank, strict=True):
        count = total[place]
        width = min(STEP * (count - 1), widest)
        moved.append(x.moved(place[0], width * (k / (count - 1) - 0.5)) if count > 1 else place[0])
    return moved


def stacked(places: Sequence[tuple[float, int]]) -> list[float]:
    """Return the y of every yes/no trial, given x and response: equal ones are stacked up from 0 or down from 1."""
    total, rank = Counter(places), _ranks(places)
    steps = [min(STACK_STEP, TALLEST_STACK / total[place]) for place in places]
    return [told - k * step if told else k * step for (_, told), k, step in zip(places, rank, steps, strict=True)]


def _ranks(places: Sequence[Hashable]) -> list[int]:
    """Return how many equal places come before each."""
    before: Counter[Hashable] = Counter()
    ranks = []
    for place in places:
        ranks.append(before[place])
        before[place] += 1
    return ranks
