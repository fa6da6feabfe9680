"""A test problem: a participant whose response probabilities are known everywhere."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Parameter
from aepsych_grpc.core.space.space import Space

RESOLUTION = 1001
"""Points along the intensity between which the true threshold is interpolated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A test problem with a binary outcome.

    Attributes:
        name: How it is called.
        parameters: What a stimulus is made of, in natural units and ranges; all of them numbers.
        response: p(1) at points `n x d` in natural units, one column per parameter; `n`.
        outcome: What an experimenter knows of the responses: guess rate, lapse rate and the target probability.
        intensity: Name of the parameter along which responses rise; empty if there is none.
    """

    name: str
    parameters: tuple[Parameter, ...]
    response: Callable[[Tensor], Tensor]
    outcome: Binary
    intensity: str = ""

    @property
    def space(self) -> Space:
        """The parameters as coordinates."""
        return Space(self.parameters)

    def natural(self, X: Tensor) -> Tensor:
        """Return points of the unit cube, `n x d`, in natural units, `n x d`."""
        return torch.stack([axis.number(X[:, j]) for j, axis in enumerate(self.space.axes)], dim=1)

    def probability(self, X: Tensor) -> Tensor:
        """Return p(1) at points of the unit cube, `n x d`; `n`."""
        return self.response(self.natural(X))

    def threshold(self, X: Tensor) -> Tensor:
        """Return where p first reaches the target along the intensity, in its unit, at the contexts of points `n x d`.

        NaN where it does not within the bounds; the points' own intensities don't matter.

        Raises:
            KeyError: The problem has no intensity.
        """
        index, axis = self.space.index(self.intensity), self.space.axis(self.intensity)
        grid = torch.linspace(0, 1, RESOLUTION, dtype=X.dtype)
        lines = X[:, None, :].repeat(1, RESOLUTION, 1)
        lines[:, :, index] = grid
        above = self.probability(lines.flatten(0, 1)).reshape(len(X), RESOLUTION) - self.outcome.target
        rises = (above[:, :-1] < 0) & (above[:, 1:] >= 0)
        first = rises.to(torch.int8).argmax(1, keepdim=True)
        low, high = above.gather(1, first).squeeze(1), above.gather(1, first + 1).squeeze(1)
        place = (first.squeeze(1) - low / (high - low)) / (RESOLUTION - 1)
        return torch.where(rises.any(1), axis.number(place), torch.nan)
