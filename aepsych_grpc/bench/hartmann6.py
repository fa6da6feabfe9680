"""Binarised Hartmann6: a field without any intensity, with responses rising and falling in all six parameters.

Letham et al. (2022), arXiv:2203.09751, binarise the Hartmann function as modified by Lyu, Binois and Ludkovski (2021),
"Evaluating Gaussian process metamodels and sequential designs for noisy level set estimation", Statistics and Computing
31:43:

    h(x) = sum_i C_i exp(- sum_j A_ij (x_j - P_ij)^2)
    p(x) = Phi(3 (-10 (h(x) - 0.1)) - 2)        x in [0, 1]^6, target 1/2
"""

import torch
from torch import Tensor

from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Continuous, Parameter

_C = torch.tensor([0.2, 0.22, 0.28, 0.3], dtype=torch.float64)
_A = torch.tensor(
    [[8, 3, 10, 3.5, 1.7, 6], [0.5, 8, 10, 1, 6, 9], [3, 3.5, 1.7, 8, 10, 6], [10, 6, 0.5, 8, 1, 9]],
    dtype=torch.float64,
)
_P = torch.tensor(
    [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ],
    dtype=torch.float64,
)


def hartmann(x: Tensor) -> Tensor:
    """Return h at points `n x 6`; between 0 and 0.37."""
    h: Tensor = torch.exp(-(_A * (x[:, None, :] - _P) ** 2).sum(-1)) @ _C
    return h


def hartmann_probability(x: Tensor) -> Tensor:
    """Return p(1) at points `n x 6`."""
    p: Tensor = torch.special.ndtr(3 * (-10 * (hartmann(x) - 0.1)) - 2)
    return p


HARTMANN_6D = Problem(
    name="hartmann-6d",
    parameters=tuple(Parameter(name=f"x{j}", kind=Continuous(lower_bound=0, upper_bound=1)) for j in range(1, 7)),
    response=hartmann_probability,
    outcome=Binary(target=0.5),
)
