"""The seam for responses with a psychometric function: a probability that rises from guessing to lapsing."""

from typing import Protocol, runtime_checkable

from torch import Tensor

from aepsych_grpc.core.responses.response import Response


@runtime_checkable
class PsychometricResponse(Response, Protocol):
    """A response of which a threshold can be asked: the latent value gamma where E[y | f] reaches a target."""

    def below(self, y: float | Tensor, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return P(f < gamma | y) under f ~ N(mean, variance), elementwise, of one y or of one per element."""
