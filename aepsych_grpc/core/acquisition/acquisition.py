"""The seam between acquisition functions and generators."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


class Acquisition(Protocol):
    """Makes a function that scores candidates; higher is better."""

    def prepare(
        self, posterior: Posterior, response: Response, snap: Callable[[Tensor], Tensor], rng: np.random.Generator
    ) -> Callable[[Tensor], Tensor]:
        """Return the score as a function of points, `m x d` to `m`, for one state of the belief.

        `snap` moves points of the unit cube to ones that stand for a stimulus (whole numbers, categories, ...) and
        keep to the constraints.
        """


@runtime_checkable
class ByAlternatives(Protocol):
    """An acquisition function that judges better by several equally likely beliefs, `Alternatives`, than by one."""

    @property
    def by_alternatives(self) -> bool:
        """Whether it does."""
