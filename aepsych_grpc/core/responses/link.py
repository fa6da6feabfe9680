"""The seam between psychometric functions of different shapes and the responses that they make."""

from typing import Protocol

from torch import Tensor

LATENT_CLIP = 1e-6
"""Shares of the psychometric function's height are inverted within [1e-6, 1 - 1e-6]."""


class Link(Protocol):
    """The shape F of a psychometric function: rises from 0 to 1 along the latent field f, elementwise in all."""

    def probability(self, f: Tensor) -> Tensor:
        """Return F(f)."""

    def latent(self, share: float) -> float:
        """Return f with F(f) = share, which is clipped to where the inverse is finite."""

    def expected(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[F] under f ~ N(mean, variance)."""

    def spread(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return Var[F] under f ~ N(mean, variance)."""

    def below(self, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[F 1[f < gamma]] under f ~ N(mean, variance)."""

    def tilted(self, yes: Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log Z, Z' / Z and Z'' / Z under f ~ N(mean, variance), far into the tails.

        Z = E[F] where `yes` is 1 and E[1 - F] where it is 0; its derivatives are by the mean.
        """
