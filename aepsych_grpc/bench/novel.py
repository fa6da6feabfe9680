"""Two psychometric fields over a novel stimulus dimension, where the threshold is no simple function of the context.

Owen, Browder, Letham, Stocek, Tymms and Shvartsman (2021), "Adaptive nonparametric psychophysics", arXiv:2104.09549:

    c(w) = 2 (0.05 + 0.4 (0.2 w - 1)^2 w^2)
    detection       p = Phi(4 (a + 1) / c(w) - 4)      from 0 to 1
    discrimination  p = Phi(2 (a + 1) / c(w))          from 1/2, guessing between two alternatives, to 1

for context w and intensity a, both in [-1, 1]. The threshold hugs the lower bound at w = 0 and rises to both sides.
"""

import torch
from torch import Tensor

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Continuous, Parameter

_PARAMETERS = (
    Parameter(name="context", kind=Continuous(lower_bound=-1, upper_bound=1)),
    Parameter(name="intensity", kind=Continuous(lower_bound=-1, upper_bound=1)),
)


def scale(w: Tensor) -> Tensor:
    """Return c(w), by which the intensity above its lower bound is divided."""
    return 2 * (0.05 + 0.4 * (0.2 * w - 1) ** 2 * w**2)


def detection_probability(x: Tensor) -> Tensor:
    """Return p(yes) at (context, intensity), `n x 2`."""
    p: Tensor = torch.special.ndtr(4 * (x[:, 1] + 1) / scale(x[:, 0]) - 4)
    return p


def discrimination_probability(x: Tensor) -> Tensor:
    """Return p(right) at (context, intensity), `n x 2`."""
    p: Tensor = torch.special.ndtr(2 * (x[:, 1] + 1) / scale(x[:, 0]))
    return p


DETECTION_2D = Problem(
    name="detection-2d",
    parameters=_PARAMETERS,
    response=detection_probability,
    outcome=Binary(target=0.75),
    intensity="intensity",
)

DISCRIMINATION_2D = Problem(
    name="discrimination-2d",
    parameters=_PARAMETERS,
    response=discrimination_probability,
    outcome=Binary(guess_rate=0.5, target=0.75),
    intensity="intensity",
)
