"""Samples: joint draws of the response at given stimuli."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.responses.response import Response


def sample(
    readout: Sequence[Posterior], response: Response, X: Tensor, *, count: int, seed: int, scale: Scale
) -> Tensor:
    """Return independent joint draws at points, `m x d` to `count x m`; a function of the seed.

    Each draw comes from one of the readout's beliefs, all equally likely.
    """
    rng = np.random.default_rng(seed)
    source = torch.from_numpy(rng.integers(len(readout), size=count))
    draws = torch.from_numpy(rng.standard_normal((count, len(X))))
    with torch.no_grad():
        for i, posterior in enumerate(readout):
            own = source == i
            if bool(own.any()):
                mean, covariance = posterior.joint(X)
                draws[own] = mean + draws[own] @ gaussian_root(covariance).T
    return response.mean(draws) if scale is Scale.PROBABILITY else draws
