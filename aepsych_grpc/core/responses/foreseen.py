"""The responses that may come, for looking ahead."""

from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """A response that may come: its probability at each point, and the derivatives d1 and d2 of `Response.tilted`."""

    weight: Tensor
    d1: Tensor
    d2: Tensor


def foreseen(response: Response, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
    """Return every response that may come under f ~ N(mean, variance), elementwise.

    For a real number two stand for all, one standard deviation of the prediction above and below its mean: then
    d1 = +-sqrt(-d2), and the belief's expected mean and covariance are exact.
    """
    if response.values:
        return tuple(Foreseen(*response.tilted(y, mean, variance)) for y in response.values)
    _, _, d2 = response.tilted(0.0, mean, variance)  # the same for every real number
    half, step = torch.full_like(mean, 0.5), torch.sqrt(-d2)
    return Foreseen(half, -step, d2), Foreseen(half, step, d2)
