"""The seam between psychometric functions of different shapes and the responses that they make."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

LATENT_CLIP = 1e-6
"""Shares of the psychometric function's height are inverted within [1e-6, 1 - 1e-6]."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkLogs:
    """A link at latent values: log F, log(1 - F), log F' and the bend F'' / F', each as many."""

    below: Tensor
    above: Tensor
    slope: Tensor
    bend: Tensor


def within(share: Tensor) -> Tensor:
    """Return shares clipped to where inverses are finite."""
    return share.clamp(LATENT_CLIP, 1 - LATENT_CLIP)


class Link(Protocol):
    """The shape F of a psychometric function: rises from 0 to 1 along the latent field f, elementwise in all."""

    def probability(self, f: Tensor) -> Tensor:
        """Return F(f)."""

    def logs(self, f: Tensor) -> LinkLogs:
        """Return the logarithms of F, of 1 - F and of F', and F'' / F', far into the tails."""

    def inverse(self, share: Tensor) -> Tensor:
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
