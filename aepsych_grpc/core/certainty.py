"""Whether a model believes firmly enough for a strategy to end."""

from collections.abc import Sequence

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.mixture import latent_mixture
from aepsych_grpc.core.queries.threshold import threshold_contour
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.rejection import kept_points
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space

POINTS = 512
"""Sobol points over which the range of the expected response is taken."""
CONTEXTS = 8
"""Sobol settings of the other parameters over which the threshold's interval is averaged."""
LEVEL = 0.9
"""Of the credible interval."""
SEED = 0


def certainty(
    stopping: Stopping,
    readout: Sequence[Posterior],
    response: Response,
    space: Space,
    *,
    intensity: str,
    target: float,
) -> str:
    """Say what fulfils every rule that asks the model; nothing while one isn't fulfilled.

    Args:
        stopping: The rules; at least one of them asks the model.
        readout: Equally likely beliefs.
        response: How the field makes responses.
        space: The space.
        intensity: Name of the parameter along which the threshold lies; for `max_threshold_interval`.
        target: The response at threshold.
    """
    reasons = []
    if stopping.min_posterior_range is not None:
        found = posterior_range(readout, response, space)
        if found < stopping.min_posterior_range:
            return ""
        reasons.append(f"posterior range {found:.3g}, at least {stopping.min_posterior_range:g} wanted")
    if stopping.max_threshold_interval is not None:
        found = threshold_interval(readout, response, space, intensity=intensity, target=target)
        if found > stopping.max_threshold_interval:
            return ""
        reasons.append(f"threshold interval {found:.3g}, at most {stopping.max_threshold_interval:g} wanted")
    return "; ".join(reasons)


def posterior_range(readout: Sequence[Posterior], response: Response, space: Space) -> float:
    """Return the largest less the smallest expected response, E[y], over the space."""
    X = kept_points(lambda skip, n: space.snap(sobol_points(space.d, n, seed=SEED, skip=skip)), space, POINTS)
    mean, _ = latent_mixture(readout, X).moments(response, Scale.PROBABILITY)
    return float(mean.max() - mean.min())


def threshold_interval(
    readout: Sequence[Posterior], response: Response, space: Space, *, intensity: str, target: float
) -> float:
    """Return the mean width of the threshold's credible interval, as a share of the intensity's range on its scale."""
    contexts = space.decode(sobol_points(space.d, CONTEXTS if space.d > 1 else 1, seed=SEED))
    points = threshold_contour(
        readout,
        response,
        space,
        parameter=intensity,
        target=target,
        contexts=contexts,
        fixed={},
        scale=Scale.PROBABILITY,
        level=LEVEL,
    )
    axis = space.axis(intensity)
    widths = [axis.encode(point.threshold.upper) - axis.encode(point.threshold.lower) for point in points]
    return sum(widths) / len(widths)
