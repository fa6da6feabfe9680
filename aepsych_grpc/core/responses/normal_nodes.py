"""Expectations under a normal distribution, by the trapezoidal rule."""

from collections.abc import Callable

import torch
from torch import Tensor

NODES = torch.linspace(-7, 7, 141, dtype=torch.float64)
WEIGHTS = torch.softmax(-0.5 * NODES * NODES, 0)
"""Trapezoidal rule for the standard normal: far below rounding for what is as smooth as a probit a tenth as wide."""


def variance_of(function: Callable[[Tensor], Tensor], mean: Tensor, variance: Tensor) -> Tensor:
    """Return the variance of function(f), elementwise, under f ~ N(mean, variance), elementwise."""
    values = function(mean[..., None] + variance.sqrt()[..., None] * NODES)
    return (values - (values @ WEIGHTS)[..., None]).square() @ WEIGHTS
