"""Fractions of trials as a likelihood: against quadrature, whole trials, and finite differences."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm

from aepsych_grpc.core.models.tally import Tally, tally_of
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.ordinal import OrdinalResponse
from aepsych_grpc.core.responses.proportion import ProportionResponse

CAVITIES = [(0.0, 4.0), (-4.0, 1.0), (3.0, 0.04), (2.0, 16.0)]
RATING = OrdinalResponse(steps=(1.0, 1.5, 0.8))


def one(value):
    return torch.tensor([value], dtype=torch.float64)


def moments(tally, response, mean, variance):
    return np.array([part.item() for part in tally.tilted(response, one(mean), one(variance))])


@pytest.mark.parametrize(("guess", "lapse"), [(0.0, 0.0), (0.5, 0.02), (0.25, 0.0)])
@pytest.mark.parametrize(("expected", "trials"), [(0.5, 10), (0.98, 10), (0.7, 0.3), (0.75, 20)])
@pytest.mark.parametrize(("mean", "variance"), CAVITIES)
def test_its_moments_are_those_of_the_product(guess, lapse, expected, trials, mean, variance):
    ones, zeros = trials * expected, trials * (1 - expected)

    def product(u, power=0):
        p = guess + (1 - guess - lapse) * ndtr(u)
        q = lapse + (1 - guess - lapse) * ndtr(-u)
        return (p / expected) ** ones * (q / (1 - expected)) ** zeros * norm.pdf(u, mean, np.sqrt(variance)) * u**power

    ends = (mean - 12 * np.sqrt(variance), mean + 12 * np.sqrt(variance))
    best = norm.ppf(np.clip((expected - guess) / (1 - guess - lapse), 1e-3, 1 - 1e-3))
    inside = [place for place in (best, mean) if ends[0] < place < ends[1]]
    Z, first, second = (quad(product, *ends, args=(power,), points=inside, limit=500)[0] for power in range(3))
    centre = first / Z
    spread = second / Z - centre**2
    found = moments(
        tally_of((0.0, 1.0), expected, trials, 1), BinaryResponse(guess_rate=guess, lapse_rate=lapse), mean, variance
    )
    sd = np.sqrt(variance)
    np.testing.assert_allclose(np.log(found[0]), np.log(Z), atol=2e-3)
    np.testing.assert_allclose(found[1] * sd, (centre - mean) / sd, atol=2e-3)
    np.testing.assert_allclose(found[2] * variance, spread / variance - 1, atol=2e-3)


@pytest.mark.parametrize(
    ("response", "values"), [(BinaryResponse(guess_rate=0.5), (0.0, 1.0)), (RATING, RATING.values)]
)
def test_one_whole_trial_is_a_told_response(response, values):
    for value in values:
        tally = tally_of(values, value, 1.0, 1)
        told = [part.item() for part in response.tilted(value, one(0.3), one(2.0))]
        np.testing.assert_allclose(moments(tally, response, 0.3, 2.0), told, atol=1e-5)


def test_an_expected_response_is_the_mean_of_its_trials():
    assert tally_of((0.0, 1.0), 0.25, 8, 3) == Tally(((0.0, 6.0), (1.0, 2.0)), 3)
    assert tally_of((0.0, 1.0, 2.0, 3.0), 2.25, 4, 1) == Tally(((2.0, 3.0), (3.0, 1.0)), 1)
    assert tally_of((0.0, 1.0, 2.0), 0.0, 4, 1) == Tally(((0.0, 4.0),), 1)
    assert tally_of((0.0, 1.0), 1 + 1e-12, 4, 1) == Tally(((1.0, 4.0),), 1)


def test_its_derivatives_are_those_of_log_z():
    response, tally, step = BinaryResponse(guess_rate=0.5, lapse_rate=0.02), tally_of((0.0, 1.0), 0.8, 12, 1), 1e-3
    below, _, above = (np.log(moments(tally, response, 0.4 + s, 1.5)[0]) for s in (-step, 0, step))
    at = moments(tally, response, 0.4, 1.5)
    assert at[1] == pytest.approx((above - below) / (2 * step), abs=1e-5)
    assert at[2] == pytest.approx((above + below - 2 * np.log(at[0])) / step**2, abs=1e-3)


def test_its_sensitivity_is_that_of_log_z():
    tally = tally_of(RATING.values, 2.3, 6, 2)
    mean, variance = torch.tensor([0.2, -1.0], dtype=torch.float64), torch.tensor([1.0, 3.0], dtype=torch.float64)
    theta = np.log(RATING.steps)

    def log_z(theta):
        return tally.tilted(RATING.given(theta, mean), mean, variance)[0].log().sum().item()

    steps = 1e-4 * np.eye(3)
    expected = [(log_z(theta + step) - log_z(theta - step)) / 2e-4 for step in steps]
    np.testing.assert_allclose(tally.sensitivity(RATING, mean, variance).numpy(), expected, atol=1e-4)


def test_far_off_it_still_pulls_back_with_finite_numbers():
    for mean in (-300.0, -12.0, 12.0, 300.0):
        Z, d1, d2 = moments(tally_of((0.0, 1.0), 0.5, 10, 1), BinaryResponse(), mean, 1.0)
        assert 0 < Z < 1
        assert d1 * mean < 0
        assert np.isfinite(d2)


def test_of_a_proportion_it_counts_presentations():
    each = BinaryResponse(guess_rate=0.5, lapse_rate=0.02)
    block, tally = ProportionResponse(each=each, trials=20), tally_of((0.0, 1.0), 0.8, 10.0, 1)
    np.testing.assert_array_equal(moments(tally, block, 0.3, 2.0), moments(tally, each, 0.3, 2.0))
