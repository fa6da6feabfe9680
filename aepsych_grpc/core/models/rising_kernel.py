"""A kernel on top of a line: responses rise along the intensity at one rate, whatever the other parameters."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.kernel import Kernel, Log, PriorMoments

SLOPE = 8.0
"""Prior centre of the slope: from p = .025 to p = .975 in half of the intensity's range."""
SLOPE_SD = 1.0


@dataclass(frozen=True, slots=True)
class RisingKernel:
    """A straight line along the intensity i, and any field over some of the coordinates.

        f(x) = slope (i - 1/2) + g(x_coordinates),   g ~ the prior of `rest`

    With a smooth field over the other coordinates it is the audiogram's model of Song, Garnett and Barbour (2017),
    "Psychometric function estimation by probabilistic classification", J. Acoust. Soc. Am. 141: the threshold is a
    smooth function of the context, the slope a constant. Their slope has a prior that is symmetric around 0; this one
    is positive, for i is declared to be an intensity.

    Attributes:
        rest: The prior of g, over as many coordinates as `coordinates` has.
        coordinates: Which coordinates of a point g depends on.
        intensity: Index of the intensity coordinate.
        d: Number of coordinates of a point.
        scale: Size of the field relative to one seen through a probit.

    Raises:
        ValueError: the coordinates are not the rest's, or one of them or the intensity is no coordinate.
    """

    rest: Kernel
    coordinates: tuple[int, ...]
    intensity: int
    d: int
    scale: float = 1.0
    hyperprior: Hyperprior = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.coordinates) != self.rest.d:
            raise ValueError(f"{len(self.coordinates)} coordinates for a kernel of {self.rest.d}.")
        if not all(0 <= j < self.d for j in (self.intensity, *self.coordinates)):
            raise ValueError(f"Of {self.d} coordinates, {self.coordinates} and intensity {self.intensity}.")
        names = {f"_{k}": f"_{j}" for k, j in enumerate(self.coordinates)}
        parameters = (replace(one, name=_renumbered(one.name, names)) for one in self.rest.hyperprior.parameters)
        slope = LogParameter("slope", SLOPE * self.scale, SLOPE_SD)
        object.__setattr__(self, "hyperprior", Hyperprior((*parameters, slope)))

    def mean(self, theta: Log, X: Tensor) -> Tensor:
        """Return slope (i - 1/2) and the mean of g."""
        return (X[:, self.intensity] - 0.5) * math.exp(theta[-1]) + self.rest.mean(theta[:-1], self._seen(X))

    def variance(self, theta: Log, X: Tensor) -> Tensor:
        """Return the variance of g."""
        return self.rest.variance(theta[:-1], self._seen(X))

    def covariance(self, theta: Log, X: Tensor, Z: Tensor) -> Tensor:
        """Return the covariance of g; `m x d` and `k x d` to `m x k`."""
        return self.rest.covariance(theta[:-1], self._seen(X), self._seen(Z))

    def on(self, X: NDArray[np.float64]) -> Callable[[Log], PriorMoments]:
        """Return the prior at training points as a function of theta."""
        rest = self.rest.on(X[:, list(self.coordinates)])
        i = X[:, self.intensity] - 0.5

        def moments(theta: Log) -> PriorMoments:
            prior = rest(theta[:-1])
            line = i * math.exp(theta[-1])

            def gradient(G: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
                return np.append(prior.gradient(G, b), b @ line)

            return PriorMoments(prior.mean + line, prior.K, gradient)

        return moments

    def _seen(self, X: Tensor) -> Tensor:
        return torch.index_select(X, 1, torch.tensor(self.coordinates, dtype=torch.int64))


def _renumbered(name: str, numbers: dict[str, str]) -> str:
    """Return a hyperparameter's name with the number of the point's coordinate in place of the rest's own."""
    stem, underscore, number = name.rpartition("_")
    return stem + numbers[underscore + number] if underscore + number in numbers else name
