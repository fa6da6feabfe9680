"""The value of an acquisition function at given stimuli."""

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.rejection import reachable
from aepsych_grpc.core.space.space import Space

SEED = 0
"""Look-ahead functions draw the references by which they judge; with a seed of its own a value is repeatable."""


def acquisition_values(
    acquisition: Acquisition, posterior: Posterior, response: Response, space: Space, X: Tensor
) -> tuple[float, ...]:
    """Return the score at points, `m x d`; higher is better. Trials that await a response are not counted in."""
    with torch.no_grad():
        score = acquisition.prepare(posterior, response, reachable(space), np.random.default_rng(SEED))
        values: list[float] = score(X).tolist()
    return tuple(values)
