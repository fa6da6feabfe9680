"""How far apart two stimuli are, coordinate by coordinate.

For a coordinate with an order it is the squared difference; for categories without order it is 1 where they differ,
so that exp(-1/2 distance / lengthscale^2) is one correlation for all pairs of different categories.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def log_correlation(X: Tensor, Z: Tensor, lengthscales: Sequence[float], categorical: Sequence[bool]) -> Tensor:
    """Return -1/2 sum_j distance_j(x, z) / lengthscale_j^2; `m x d` and `k x d` to `m x k`, differentiable.

    With a = x / lengthscale and b = z / lengthscale it is a.b - |a|^2 / 2 - |b|^2 / 2: one matrix product of points
    with two more columns, several times faster than the differences of all pairs. What it loses to cancellation (some
    1e-13) is far below the 1e-6 on the kernel's diagonal.

    The result is the caller's to change in place: at 512 x 256 points, memory for intermediate results costs more than
    the arithmetic.
    """
    scale = torch.tensor(
        [0.0 if unordered else 1 / ell for ell, unordered in zip(lengthscales, categorical, strict=True)], dtype=X.dtype
    )
    A, B = (X - 0.5) * scale, (Z - 0.5) * scale
    one_x, one_z = torch.ones(len(X), 1, dtype=X.dtype), torch.ones(len(Z), 1, dtype=X.dtype)
    left = torch.cat([A, -0.5 * (A * A).sum(1, keepdim=True), one_x], 1)
    right = torch.cat([B, one_z, -0.5 * (B * B).sum(1, keepdim=True)], 1)
    total = (left @ right.T).clamp_max_(0.0)
    for j, unordered in enumerate(categorical):
        if unordered:
            total -= (X[:, j, None] != Z[:, j]).to(X.dtype) * (0.5 / lengthscales[j] ** 2)
    return total


def distance_blocks(X: NDArray[np.float64], categorical: Sequence[bool]) -> NDArray[np.float64]:
    """Return the distances of all pairs in each coordinate, `n x d` to `d x n^2`: computed once for a whole fit."""
    n, d = X.shape
    blocks = np.empty((d, n, n))
    for j, unordered in enumerate(categorical):
        difference = X[:, j, None] - X[None, :, j]
        blocks[j] = difference != 0 if unordered else difference * difference
    return blocks.reshape(d, n * n)
