"""A few values that stand for a distribution on [0, 1] of which mean and variance are known."""

import torch
from torch import Tensor

LEAST, MOST = 1e-2, 1e8
"""Bounds of a + b: from nearly all or nothing to nearly certain."""


def beta_rule(mean: Tensor, variance: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return values and weights of the Gauss rule of the beta distribution with given mean and variance.

    For a polynomial of degree below 2 count the weighted sum is the expectation; so mean and variance are kept, and a
    distribution with most of its mass at 0 and 1 has most of the weight there. Nodes are eigenvalues of the Jacobi
    matrix (Golub & Welsch 1969).

    Args:
        mean: In (0, 1), `...`.
        variance: Above 0 and below mean (1 - mean), `...`.
        count: Number of values.

    Returns:
        `count x ...` both; the weights add up to 1.
    """
    mean = mean.clamp(1e-9, 1 - 1e-9)
    total = (mean * (1 - mean) / variance - 1).clamp(LEAST, MOST)
    a, b = mean * total, (1 - mean) * total
    matrix = torch.zeros(*mean.shape, count, count, dtype=mean.dtype)
    matrix[..., 0, 0] = mean
    for i in range(1, count):
        twice = 2 * i + total - 2
        matrix[..., i, i] = 0.5 + 0.5 * (a - b) * (total - 2) / (twice * (twice + 2))
        # At i = 1 a factor of numerator and denominator is the same, and may be 0.
        both = 1 / (twice + 1) if i == 1 else (i + total - 2) / ((twice + 1) * (twice - 1))
        off = torch.sqrt(i * (i + a - 1) * (i + b - 1) * both) / twice
        matrix[..., i, i - 1] = matrix[..., i - 1, i] = off
    nodes, vectors = torch.linalg.eigh(matrix)
    return nodes.clamp(0.0, 1.0).movedim(-1, 0), vectors[..., 0, :].square().movedim(-1, 0)
