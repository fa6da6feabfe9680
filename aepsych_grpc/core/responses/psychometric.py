"""The seam for responses with a psychometric function: a probability that rises from guessing to lapsing."""

from typing import Protocol, runtime_checkable

from torch import Tensor

from aepsych_grpc.core.responses.response import Response


@runtime_checkable
class PsychometricResponse(Response, Protocol):
    """A response of which a threshold can be asked: the latent value gamma where E[y | f] reaches a target."""

    def below(self, y: float | Tensor, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return P(f < gamma | y) under f ~ N(mean, variance), elementwise, of one y or of one per element."""

    def information(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return I(y; f), what a response tells about f ~ N(mean, variance), elementwise, in nats."""


def psychometric(response: Response) -> PsychometricResponse:
    """Return a response as one that has a psychometric function.

    Raises:
        TypeError: When it has none.
    """
    if not isinstance(response, PsychometricResponse):
        raise TypeError(f"{type(response).__name__} has no psychometric function.")
    return response
