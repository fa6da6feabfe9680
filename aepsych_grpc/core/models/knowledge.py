"""Prior knowledge of the field: numbers that it determines, and a factor for each, beside those of the responses."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.models.factor import Factor
from aepsych_grpc.core.models.observed import Functionals


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """One piece of knowledge: factors on functionals of the field, one each."""

    functionals: Functionals
    factor: Factor


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """All that is known before the first response.

    Attributes:
        functionals: What it is about.
        factors: What is known of them, in their order.
    """

    functionals: Functionals
    factors: tuple[Factor, ...]


def knowledge_of(pieces: Sequence[Known]) -> Knowledge | None:
    """Return pieces of knowledge as one; None when there are none."""
    if not pieces:
        return None
    points = torch.cat([piece.functionals.points for piece in pieces])
    weights: Tensor = torch.block_diag(*(piece.functionals.weights for piece in pieces))  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return Knowledge(Functionals(points, weights), tuple(piece.factor for piece in pieces))
