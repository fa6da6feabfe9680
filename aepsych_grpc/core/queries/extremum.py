"""Where the response is largest, smallest, or nearest to a value."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.estimate import PointEstimate, Scale
from aepsych_grpc.core.queries.mixture import latent_mixture
from aepsych_grpc.core.queries.prediction import predict
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.search import search
from aepsych_grpc.core.space.space import Space

CANDIDATES = 1024
STEPS = tuple(float(step) for step in np.geomspace(0.25, 0.0005, 18))
"""Standard deviations of the search's steps, in units of the cube: down to a thousandth of a parameter's range."""
SEED = 0


def maximum(
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    *,
    fixed: Mapping[str, Value],
    scale: Scale,
    level: float,
) -> PointEstimate:
    """Return the stimulus with the largest expected response on the scale."""
    return _best(readout, response, space, lambda mean: mean, fixed=fixed, scale=scale, level=level)


def minimum(
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    *,
    fixed: Mapping[str, Value],
    scale: Scale,
    level: float,
) -> PointEstimate:
    """Return the stimulus with the smallest expected response on the scale."""
    return _best(readout, response, space, lambda mean: -mean, fixed=fixed, scale=scale, level=level)


def inverse(
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    value: float,
    *,
    fixed: Mapping[str, Value],
    scale: Scale,
    level: float,
) -> PointEstimate:
    """Return a stimulus whose expected response on the scale is a value, or as near to it as any."""
    return _best(readout, response, space, lambda mean: -(mean - value).abs(), fixed=fixed, scale=scale, level=level)


def _best(
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    goal: Callable[[Tensor], Tensor],
    *,
    fixed: Mapping[str, Value],
    scale: Scale,
    level: float,
) -> PointEstimate:
    def score(X: Tensor) -> Tensor:
        return goal(latent_mixture(readout, X).moments(response, scale)[0])

    rng = np.random.default_rng(SEED)
    point = search(score, space, fixed, rng, candidates=CANDIDATES, steps=STEPS).point[None]
    (estimate,) = predict(readout, response, point, scale=scale, level=level)
    return PointEstimate(space.decode(point)[0], estimate)
