"""Discrimination in eight dimensions: six parameters bend the threshold contour of a two-dimensional field.

Letham, Guan, Tymms, Bakshy and Shvartsman (2022), "Look-ahead acquisition functions for Bernoulli level set
estimation", AISTATS, arXiv:2203.09751, supplement. For amplitude a, frequency w, vertical scale s and shift h, variance
v, asymmetry b, phase q and period k:

    t = (h + s/2 (1 - cos(0.6 pi k w + q))) (2 - b (1 + sin(0.3 pi k w + q))) - 1
    p = 1/2 + 1/2 Phi((a - t) / (v (2 + t)))
"""

import math

import torch
from torch import Tensor

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Continuous, Parameter

_BOUNDS = {
    "amplitude": (-1.0, 1.0),
    "frequency": (-1.0, 1.0),
    "vertical_scale": (0.5, 1.5),
    "vertical_shift": (0.05, 0.15),
    "variance": (0.05, 0.2),
    "asymmetry": (0.0, 0.9),
    "phase": (0.0, 1.57),
    "period": (0.5, 2.0),
}


def discrimination_probability(x: Tensor) -> Tensor:
    """Return p(right) at points `n x 8`, columns in the order of the formula's list."""
    a, w, s, h, v, b, q, k = x.T
    wave = 0.3 * math.pi * k * w
    t = (h + s / 2 * (1 - torch.cos(2 * wave + q))) * (2 - b * (1 + torch.sin(wave + q))) - 1
    p: Tensor = 0.5 + 0.5 * torch.special.ndtr((a - t) / (v * (2 + t)))
    return p


DISCRIMINATION_8D = Problem(
    name="discrimination-8d",
    parameters=tuple(
        Parameter(name=name, kind=Continuous(lower_bound=low, upper_bound=high))
        for name, (low, high) in _BOUNDS.items()
    ),
    response=discrimination_probability,
    outcome=Binary(guess_rate=0.5, target=0.75),
    intensity="amplitude",
)
