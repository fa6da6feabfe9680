"""Prediction: the response at given stimuli, and whether it lies above a target."""

from collections.abc import Sequence

from torch import Tensor

from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.queries.estimate import Estimate, Scale
from aepsych_grpc.core.queries.mixture import latent_mixture, latent_value
from aepsych_grpc.core.responses.response import Response


def predict(
    readout: Sequence[Posterior], response: Response, X: Tensor, *, scale: Scale, level: float
) -> tuple[Estimate, ...]:
    """Return the response at points, `m x d`, with the equal-tailed credible interval of a level in (0, 1)."""
    mixture = latent_mixture(readout, X)
    mean, variance = mixture.moments(response, scale)
    lower = mixture.quantile((1 - level) / 2, response, scale)
    upper = mixture.quantile((1 + level) / 2, response, scale)
    columns = (mean.tolist(), variance.tolist(), lower.tolist(), upper.tolist())
    return tuple(Estimate(*row) for row in zip(*columns, strict=True))


def level_set_probability(
    readout: Sequence[Posterior], response: Response, X: Tensor, *, target: float, scale: Scale
) -> tuple[float, ...]:
    """Return the probability that the response at points, `m x d`, lies above a target on the scale."""
    above: list[float] = latent_mixture(readout, X).probability_above(latent_value(target, response, scale)).tolist()
    return tuple(above)
