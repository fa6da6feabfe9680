"""Functions of the standard normal, on the scale on which they keep their digits."""

import math

import torch
from torch import Tensor

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
FAR = -1e5
"""Below it log h(z) = log phi(z) - 2 log |z|, to all digits."""


def log_normal_density(z: Tensor) -> Tensor:
    """Return log phi(z), elementwise."""
    return -0.5 * z * z - _LOG_SQRT_2PI


def normal_density(z: Tensor) -> Tensor:
    """Return phi(z), elementwise."""
    return torch.exp(log_normal_density(z))


def log_improvement(z: Tensor) -> Tensor:
    """Return log h(z), h(z) = E max(z + N(0, 1), 0) = phi(z) + z Phi(z), elementwise (Ament et al. 2023).

    Below -1 it is log phi(z) + log(1 + z Phi(z) / phi(z)), with the ratio from erfcx, so that it goes on to fall where
    h itself is 0 in floating point.
    """
    near = z.clamp_min(-1.0)
    far = z.clamp(FAR, -1.0)
    ratio = math.sqrt(math.pi / 2) * torch.special.erfcx(-far / math.sqrt(2))
    by_ratio = torch.where(z < FAR, -2 * torch.log(-z.clamp_max(-1.0)), torch.log1p(far * ratio))
    tail: Tensor = log_normal_density(z) + by_ratio
    return torch.where(z > -1, torch.log(normal_density(near) + near * torch.special.ndtr(near)), tail)
