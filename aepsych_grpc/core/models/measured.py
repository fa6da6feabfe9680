"""What is known of a continuous outcome: its mean, within a standard deviation."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.core.responses.learned import LearnedResponse
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, Response


@dataclass(frozen=True, slots=True)
class Measured:
    """Gaussian factors on latent values u: `count` times that E[y | u] is `value`, give or take `sd`.

        N(l(value); u, s^2),   s = l(value + sd) - l(value)

    with l the latent value of a response. Z is the density in units of u, as a continuous response has it.
    """

    value: float
    sd: float
    count: int

    def __len__(self) -> int:
        return self.count

    def tilted(self, response: Response, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z = N(l(value); mean, t), d1 = (l(value) - mean) / t, d2 = -1 / t with t = variance + s^2."""
        known = response.latent(self.value)
        total = variance + (response.latent(self.value + self.sd) - known) ** 2
        residual = known - mean
        log_z = -0.5 * (residual * residual / total + torch.log(2 * math.pi * total))
        return torch.exp(log_z).clamp_min(MIN_NORMALIZER), residual / total, -1 / total

    def sensitivity(self, response: LearnedResponse, mean: Tensor, variance: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature
        """Return 0: what is known does not depend on the noise."""
        return torch.zeros(len(response.hyperprior.parameters), dtype=mean.dtype)
