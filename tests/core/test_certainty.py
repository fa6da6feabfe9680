import numpy as np
import pytest
import torch
from scipy.stats import norm

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.core.certainty import certainty, posterior_range, threshold_interval
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
        Parameter(name="size", kind=Continuous(lower_bound=0, upper_bound=10)),
    ]
)
RESPONSE = BinaryResponse(guess_rate=0.5)


def test_the_range_is_that_of_the_expected_response(known_gp):
    belief = known_gp(slope=6.0, offset=-3.0, variance=1e-10)
    exact = 0.5 * (norm.cdf(3) - norm.cdf(-3))
    assert posterior_range([belief], RESPONSE, SPACE) == pytest.approx(exact, abs=0.002)
    flat = known_gp(slope=0.0, variance=1e-10)
    assert posterior_range([flat], RESPONSE, SPACE) == pytest.approx(0, abs=1e-6)


def test_the_interval_is_a_share_of_the_range_whatever_the_unit(known_gp):
    """A field that is a line of known slope and unknown height crosses the target at a Gaussian place."""
    slope, belief = 8.0, known_gp(n=1, slope=8.0, offset=-4.0, variance=0.25, lengthscale=1e3, noise=1e6)
    width = threshold_interval([belief], RESPONSE, SPACE, intensity="contrast", target=0.75)
    assert width == pytest.approx(2 * norm.ppf(0.95) * 0.5 / slope, rel=0.03)


def test_the_interval_is_the_mean_over_the_other_parameters(known_gp):
    belief = known_gp(n=30, slope=8.0, offset=-4.0, seed=3)
    width = threshold_interval([belief], RESPONSE, SPACE, intensity="contrast", target=0.75)
    rng, widths = np.random.default_rng(0), []
    u = np.linspace(0, 1, 60)
    for size in np.linspace(0.02, 0.98, 12):
        line = torch.tensor([[a, size] for a in u], dtype=torch.float64)
        mean, covariance = (part.numpy() for part in belief.joint(line))
        f = rng.multivariate_normal(mean, covariance, 1500, method="eigh")
        lower, upper = np.quantile([u[np.argmax(draw >= 0)] if (draw >= 0).any() else 1.0 for draw in f], [0.05, 0.95])
        widths.append(upper - lower)
    assert width == pytest.approx(np.mean(widths), rel=0.1)


@pytest.mark.parametrize(
    ("stopping", "reason"),
    [
        (Stopping(min_posterior_range=0.4), "posterior range 0.49"),
        (Stopping(min_posterior_range=0.5), ""),
        (Stopping(max_threshold_interval=0.1), "threshold interval 0.0"),
        (Stopping(max_threshold_interval=1e-9), ""),
        (Stopping(min_posterior_range=0.4, max_threshold_interval=0.1), "0.4 wanted; threshold"),
        (Stopping(min_posterior_range=0.5, max_threshold_interval=0.1), ""),
    ],
)
def test_every_rule_must_be_fulfilled(known_gp, stopping, reason):
    belief = known_gp(slope=6.0, offset=-3.0, variance=0.01)
    found = certainty(stopping, [belief], RESPONSE, SPACE, intensity="contrast", target=0.75)
    assert bool(found) == bool(reason)
    assert reason in found
