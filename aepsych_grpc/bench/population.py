"""Participants of one study: alike, but not the same.

Each participant's field is that of a problem behind a smooth monotone warp of every parameter: with u the parameter's
coordinate in the unit cube,

    u' = (exp(a_j u) - 1) / (exp(a_j) - 1),   a_j ~ N(0, .6^2)

so that thresholds, slopes and lengthscales all differ a little; the ends of a parameter's range stay where they are.
"""

import math
from dataclasses import replace

import torch
from torch import Tensor

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.config.parameter import Continuous, Parameter

WARP_SD = 0.6
"""Standard deviation of a_j: the middle of a parameter's range moves by about a seventh of the range at two of them."""


def participant_of(problem: Problem, seed: int) -> Problem:
    """Return the problem of a participant; the same for the same seed.

    Raises:
        TypeError: A parameter of the problem isn't continuous.
    """
    space = problem.space
    generator = torch.Generator().manual_seed(seed)
    a = WARP_SD * torch.randn(space.d, dtype=torch.float64, generator=generator)

    def response(values: Tensor) -> Tensor:
        u = torch.stack([_coordinate(one, values[:, j]) for j, one in enumerate(problem.parameters)], dim=1)
        return problem.response(problem.natural(torch.expm1(a * u) / torch.expm1(a)))

    return replace(problem, name=f"{problem.name}-participant-{seed}", response=response)


def _coordinate(parameter: Parameter, values: Tensor) -> Tensor:
    kind = parameter.kind
    if not isinstance(kind, Continuous):
        raise TypeError(f"The parameter {parameter.name} isn't continuous.")
    low, high = float(kind.lower_bound), float(kind.upper_bound)
    if kind.log_scale:
        return (values.log() - math.log(low)) / math.log(high / low)
    return (values - low) / (high - low)
