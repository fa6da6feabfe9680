"""Ratings, against quadrature and against the binary response."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from aepsych_grpc.config import outcome
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.of_outcome import response_of
from aepsych_grpc.core.responses.ordinal import OrdinalResponse

RESPONSE = OrdinalResponse(steps=(1.0, 0.5, 2.0))
EDGES = np.array([-np.inf, *RESPONSE.cuts, np.inf])


def number(value):
    return torch.tensor([value], dtype=torch.float64)


def probability(level, f):
    return norm.cdf(EDGES[level + 1] - f) - norm.cdf(EDGES[level] - f)


def expectation(function, mean, variance):
    def integrand(f):
        return function(f) * norm.pdf(f, mean, np.sqrt(variance))

    return quad(integrand, mean - 12 * np.sqrt(variance), mean + 12 * np.sqrt(variance), epsabs=1e-12, limit=200)[0]


def test_cut_points_are_centred():
    assert RESPONSE.cuts == pytest.approx((-1.5, -0.5, 0.0, 2.0))
    assert RESPONSE.values == (0, 1, 2, 3, 4)


@pytest.mark.parametrize("levels", [2, 3, 100])
def test_levels_of_the_outcome(levels):
    response = response_of(outcome.Ordinal(levels=levels))
    assert len(response.values) == levels
    np.testing.assert_allclose(
        response.given(response.hyperprior.centre if levels > 2 else [], None).cuts, response.cuts
    )


@pytest.mark.parametrize("level", range(5))
@pytest.mark.parametrize(("mean", "variance"), [(-1.0, 0.1), (0.4, 2.0), (3.0, 0.5)])
def test_moments_agree_with_quadrature(level, mean, variance):
    Z = expectation(lambda f: probability(level, f), mean, variance)
    first = expectation(lambda f: (f - mean) * probability(level, f), mean, variance) / Z
    second = expectation(lambda f: (f - mean) ** 2 * probability(level, f), mean, variance) / Z
    found, d1, d2 = RESPONSE.tilted(level, number(mean), number(variance))
    assert found.item() == pytest.approx(Z, rel=1e-8)
    assert (variance * d1).item() == pytest.approx(first, abs=1e-8)
    assert (variance + variance**2 * d2).item() == pytest.approx(second - first**2, abs=1e-8)


@pytest.mark.parametrize(("mean", "variance"), [(-1.0, 0.1), (0.4, 2.0), (0.0, 30.0)])
def test_the_mean_rating_and_its_variance_agree_with_quadrature(mean, variance):
    def rating(f):
        return sum(level * probability(level, f) for level in range(5))

    expected = expectation(rating, mean, variance)
    assert RESPONSE.expected_mean(number(mean), number(variance)).item() == pytest.approx(expected, abs=1e-9)
    spread = expectation(lambda f: (rating(f) - expected) ** 2, mean, variance)
    assert RESPONSE.mean_variance(number(mean), number(variance)).item() == pytest.approx(spread, abs=1e-8)


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("mean", [-50.0, -1.0, 0.5, 50.0])
def test_two_levels_are_yes_and_no(level, mean):
    found = OrdinalResponse(steps=()).tilted(level, number(mean), number(0.7))
    expected = BinaryResponse().tilted(level, number(mean), number(0.7))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@given(st.integers(0, 4), st.floats(-200, 200), st.floats(-9, 4), st.lists(st.floats(-3, 2), min_size=3, max_size=3))
def test_any_rating_narrows_the_belief(level, mean, log_variance, log_steps):
    response = RESPONSE.given(log_steps, None)
    variance = number(10.0**log_variance)
    Z, d1, d2 = response.tilted(level, number(mean), variance)
    assert 0 < Z.item() <= 1
    assert np.isfinite(d1.item())
    assert -1 <= (variance * d2).item() <= 0


@pytest.mark.parametrize(("value", "end"), [(-3.0, -1.0), (99.0, 1.0)])
def test_ratings_beyond_the_levels_give_an_end(value, end):
    assert RESPONSE.latent(value) * end > 4
