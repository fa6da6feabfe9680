"""Rejection: the points of a sequence that keep to the constraints."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from aepsych_grpc.config.constraint import LinearConstraint

MOST_TRIED = 2**16
"""Points of a sequence that are tried."""


class Constrained(Protocol):
    """A space with constraints: `Space`, or `TrialSpace` for trials of several stimuli."""

    constraints: tuple[LinearConstraint, ...]

    def snap(self, X: Tensor) -> Tensor:
        """Move points to those that stand for something to show."""

    def keeps(self, X: Tensor) -> Tensor:
        """Return whether points that stand for something to show keep to the constraints."""


def kept_points(sequence: Callable[[int, int], Tensor], space: Constrained, count: int, *, skip: int = 0) -> Tensor:
    """Return points of a sequence that keep to the constraints, in its order; fewer when 65,536 don't have so many.

    Args:
        sequence: Returns points from a position on, so many of them: `n x d`, or trials `n x s x d`, of which every
            stimulus must keep to the constraints.
        space: The space with its constraints; without any, all points keep to them.
        count: How many are wanted.
        skip: How many kept ones are passed over first.
    """
    if not space.constraints:
        return sequence(skip, count)
    kept: list[Tensor] = []
    found = position = 0
    size = max(2 * (skip + count), 64)
    while found < skip + count and position < MOST_TRIED:
        size = min(size, MOST_TRIED - position)
        points = sequence(position, size)
        keeps = space.keeps(points)
        kept.append(points[keeps.flatten(1).all(1) if keeps.dim() > 1 else keeps])
        found += len(kept[-1])
        position, size = position + size, 2 * size
    return torch.cat(kept)[skip : skip + count]


def reachable(space: Constrained) -> Callable[[Tensor], Tensor]:
    """Return what moves points, `n x d`, to ones that may be shown: `snap`, and then within the constraints.

    Points that break a constraint give way to those that keep to all, again from the first on, so that uniform points
    stay uniform over what is allowed. Where none does, all stay.
    """
    if not space.constraints:
        return space.snap

    def move(X: Tensor) -> Tensor:
        X = space.snap(X)
        keeps = space.keeps(X)
        kept = X[keeps]
        if len(kept):
            X[~keeps] = kept[torch.arange(len(X) - len(kept)) % len(kept)]
        return X

    return move
