"""The prior of the hyperparameters: independent Gaussians on their logarithms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BOX = 4.0
"""Hyperparameters are sought within this many standard deviations of the prior's centre."""


@dataclass(frozen=True, slots=True)
class LogParameter:
    """One hyperparameter: its name, the prior's centre (not its logarithm) and standard deviation of the logarithm."""

    name: str
    centre: float
    sd: float


@dataclass(frozen=True, slots=True)
class Hyperprior:
    """log theta_j ~ N(log centre_j, sd_j^2), independently.

    The search runs in standard units t = (log theta - log centre) / sd, in which the prior is the standard normal and
    the box is [-BOX, BOX]: there every direction is about equally curved.
    """

    parameters: tuple[LogParameter, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The hyperparameters' names, in their order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def centre(self) -> NDArray[np.float64]:
        """The centres' logarithms."""
        return np.log([parameter.centre for parameter in self.parameters])

    @property
    def sd(self) -> NDArray[np.float64]:
        """The standard deviations of the logarithms."""
        return np.array([parameter.sd for parameter in self.parameters])
