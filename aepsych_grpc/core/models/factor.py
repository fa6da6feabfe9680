"""The seam for what is told of numbers that the field determines: a factor for each, whether told or known before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from aepsych_grpc.core.models.expectation_propagation import Array, TiltedMoments
from aepsych_grpc.core.models.hyperparameters import Likelihood
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.learned import LearnedResponse
from aepsych_grpc.core.responses.response import Response

_PROBIT = BinaryResponse()


class Factor(Protocol):
    """Factors of the same kind on Gaussian numbers u: values of the latent field, or weighted sums of some."""

    def __len__(self) -> int:
        """How many there are."""

    def tilted(self, response: Response, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of each factor under u ~ N(mean, variance), `n` each; see `Response.tilted`."""

    def sensitivity(self, response: LearnedResponse, mean: Tensor, variance: Tensor) -> Tensor:
        """Return sum_i dlog Z_i / dtheta by the response's parameters, `p`."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Told responses: p(y_i | f(x_i)), `n`."""

    y: Tensor

    def __len__(self) -> int:
        return len(self.y)

    def tilted(self, response: Response, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the response's own moments."""
        return response.tilted(self.y, mean, variance)

    def sensitivity(self, response: LearnedResponse, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the response's own sensitivity, summed."""
        return response.sensitivity(self.y, mean, variance).sum(1)


@dataclass(frozen=True, slots=True)
class Positive:
    """Phi(u_i / softness): that each of `count` numbers is positive (Riihimaki & Vehtari 2010, eq. 4)."""

    count: int
    softness: float

    def __len__(self) -> int:
        return self.count

    def tilted(self, response: Response, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # noqa: ARG002  # the seam's signature
        """Return the moments of a probit, whatever the response."""
        Z, d1, d2 = _PROBIT.tilted(1.0, mean / self.softness, variance / self.softness**2)
        return Z, d1 / self.softness, d2 / self.softness**2

    def sensitivity(self, response: LearnedResponse, mean: Tensor, variance: Tensor) -> Tensor:  # noqa: ARG002  # the seam's signature
        """Return 0 for each parameter of the response."""
        return torch.zeros(len(response.hyperprior.parameters), dtype=mean.dtype)


def likelihood(response: Response, factors: Sequence[Factor]) -> Likelihood:
    """Return factors, one after the other, as expectation propagation and evidence want them.

    The sensitivity is that by the parameters of a response that has some to learn.
    """
    sizes = [len(factor) for factor in factors]
    if not isinstance(response, LearnedResponse):
        return Likelihood(_tilted(response, factors, sizes))

    def sensitivity(mean: Array, variance: Array) -> Array:
        cavities = zip(factors, _split(mean, sizes), _split(variance, sizes), strict=True)
        each = [factor.sensitivity(response, *cavity) for factor, *cavity in cavities]
        total: Array = torch.stack(each).sum(0).numpy()
        return total

    return Likelihood(_tilted(response, factors, sizes), sensitivity)


def _tilted(response: Response, factors: Sequence[Factor], sizes: list[int]) -> TiltedMoments:
    def tilted(mean: Array, variance: Array) -> tuple[Array, Array, Array]:
        cavities = zip(factors, _split(mean, sizes), _split(variance, sizes), strict=True)
        each = [factor.tilted(response, *cavity) for factor, *cavity in cavities]
        Z, d1, d2 = each[0] if len(each) == 1 else (torch.cat(parts) for parts in zip(*each, strict=True))
        return Z.numpy(), d1.numpy(), d2.numpy()

    return tilted


def _split(values: Array, sizes: list[int]) -> Sequence[Tensor]:
    whole = torch.from_numpy(values)
    return [whole] if len(sizes) == 1 else torch.split(whole, sizes)
