"""Joint draws of the latent field."""

import torch
from torch import Tensor

FIRST_JITTER, LAST_JITTER = 1e-9, 1e-2
"""Share of the mean variance that is added to the diagonal: the smallest power of ten that makes it factor."""


def gaussian_root(covariance: Tensor) -> Tensor:
    """Return L with L L' = covariance, up to jitter, of each matrix, `... x m x m`.

    Raises:
        ArithmeticError: When a matrix is far from positive semi-definite.
    """
    root: Tensor
    mean_variance = covariance.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None, None]
    identity = torch.eye(covariance.shape[-1], dtype=covariance.dtype)
    jitter = FIRST_JITTER
    while jitter <= LAST_JITTER:
        root, failed = torch.linalg.cholesky_ex(covariance + jitter * mean_variance * identity)
        if not bool(failed.any()):
            return root
        jitter *= 10
    raise ArithmeticError("The latent field's covariance is not positive definite.")
