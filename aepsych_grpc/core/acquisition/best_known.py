"""The best place known: what a candidate has to surpass for functions that seek the maximum."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.space.sobol import sobol_points

POOL = 1024
"""Points among which the best place known is looked for."""


def best_known(posterior: Posterior, snap: Callable[[Tensor], Tensor], rng: np.random.Generator) -> Tensor:
    """Return the point of a Sobol pool with the largest posterior mean, `1 x d`."""
    pool = snap(sobol_points(posterior.d, POOL, seed=int(rng.integers(2**31))))
    return pool[posterior.marginals(pool)[0].argmax()][None]
