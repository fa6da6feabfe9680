"""The seam for responses that have parameters of their own to learn, such as the noise of a measurement."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.responses.response import Response


@runtime_checkable
class LearnedResponse(Response, Protocol):
    """A response with parameters that are learned together with the kernel's, after which they are recorded.

    As built from the config it has its parameters at their prior's centre.
    """

    @property
    def hyperprior(self) -> Hyperprior:
        """The parameters and their prior."""

    @property
    def keeps_mean(self) -> bool:
        """Whether E[y | f] is the same whatever the parameters, so that a readout may average over them."""

    def given(self, theta: Sequence[float] | NDArray[np.float64], y: Tensor) -> "LearnedResponse":
        """Return the response with parameters of logarithms theta; y, `n`, are all responses told so far."""

    def sensitivity(self, y: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        """Return dlog Z / dtheta of responses `n` under f ~ N(mean, variance), each `n`, as `p x n`."""
