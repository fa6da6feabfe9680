"""The seam between outcome kinds and the rest: how a Gaussian latent value makes responses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

MIN_NORMALIZER = 1e-300
"""Smallest Z: its logarithm stays finite however surprising a response is."""

MIN_SHRINKAGE = 1e-10
"""Smallest 1 + variance * d2: no single response makes the posterior variance vanish."""


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """A response that may come, for beliefs about f at several points.

    Attributes:
        y: The response: one for all points, or one for each.
        weight: Its probability, or that of the responses it stands for, at each point.
        d1: First derivative of its log Z by the mean, at each point.
        d2: Second derivative.
    """

    y: float | Tensor
    weight: Tensor
    d1: Tensor
    d2: Tensor


class Response(Protocol):
    """The distribution of a response given the latent value."""

    def foreseen(self, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
        """Return what may come under f ~ N(mean, variance), elementwise: every response, or a few that stand for all.

        Weights add up to 1.
        """

    def mean(self, f: Tensor) -> Tensor:
        """Return E[y | f] at latent values, elementwise (binary: p(1))."""

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[y] under f ~ N(mean, variance), elementwise."""

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the variance of E[y | f] under f ~ N(mean, variance), elementwise."""

    def latent(self, value: float) -> float:
        """Return the latent value at which E[y | f] = value (clipped to where the inverse is finite)."""

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 under f ~ N(mean, variance), elementwise, of one response y or of one per element.

        Z = E[p(y | f)]; d1 and d2 are the first and second derivative of log Z by the mean, so that the
        moment-matched posterior is mean + variance * d1, variance + variance^2 * d2.
        """


def foreseen_values(
    response: Response, values: Sequence[float], mean: Tensor, variance: Tensor
) -> tuple[Foreseen, ...]:
    """Return every response of a few, each with its probability; see `Response.foreseen`."""
    return tuple(Foreseen(y, *response.tilted(y, mean, variance)) for y in values)
