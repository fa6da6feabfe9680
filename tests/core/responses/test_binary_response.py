"""The closed forms of the binary response against numerical integration."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr

from aepsych_grpc.core.responses.binary import BinaryResponse

RATES = [(0.0, 0.0), (0.5, 0.0), (0.5, 0.04), (0.0, 0.02), (0.25, 0.0)]


def scalar(value):
    return torch.tensor([value], dtype=torch.float64)


def integral(function, mean, variance):
    """E[function(f)] under f ~ N(mean, variance)."""
    sd = math.sqrt(variance)

    def weighted(u):
        return function(mean + sd * u) * math.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)

    return quad(weighted, -12, 12, epsabs=1e-13, epsrel=1e-12, limit=500, points=[0.0])[0]


@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.3, 0.2), (-2.0, 5.0), (4.0, 0.01), (-3.0, 12.0)])
def test_moments_agree_with_quadrature(guess, lapse, mean, variance):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)

    def p(f):
        return guess + (1 - guess - lapse) * ndtr(f)

    first = integral(p, mean, variance)
    spread = integral(lambda f: (p(f) - first) ** 2, mean, variance)
    assert response.expected_mean(scalar(mean), scalar(variance)).item() == pytest.approx(first, abs=1e-10)
    assert response.mean_variance(scalar(mean), scalar(variance)).item() == pytest.approx(spread, abs=1e-10)


@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.3, 0.2), (-2.0, 5.0), (2.5, 0.01), (-3.0, 9.0)])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_tilted_moments_agree_with_quadrature(guess, lapse, mean, variance, y):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)

    def likelihood(f):
        p = guess + (1 - guess - lapse) * ndtr(f)
        return p if y == 1 else 1 - p

    norm = integral(likelihood, mean, variance)
    first = integral(lambda f: f * likelihood(f), mean, variance) / norm
    second = integral(lambda f: (f - first) ** 2 * likelihood(f), mean, variance) / norm
    Z, d1, d2 = (value.item() for value in response.tilted(y, scalar(mean), scalar(variance)))
    assert pytest.approx(norm, rel=1e-9) == Z
    assert mean + variance * d1 == pytest.approx(first, abs=1e-8)
    assert variance + variance**2 * d2 == pytest.approx(second, abs=1e-8)


@pytest.mark.parametrize(("guess", "lapse"), RATES)
def test_one_response_per_element_equals_one_at_a_time(guess, lapse):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)
    mean, variance = torch.linspace(-3, 3, 10, dtype=torch.float64), torch.full((10,), 2.0, dtype=torch.float64)
    y = torch.tensor([0.0, 1.0] * 5, dtype=torch.float64)
    together = response.tilted(y, mean, variance)
    for i in range(10):
        alone = response.tilted(y[i].item(), mean[i : i + 1], variance[i : i + 1])
        for whole, part in zip(together, alone, strict=True):
            assert whole[i].item() == pytest.approx(part.item(), rel=1e-14)


@given(
    mean=st.floats(-1e3, 1e3),
    variance=st.floats(1e-9, 1e6),
    y=st.sampled_from([0.0, 1.0]),
    rates=st.sampled_from(RATES),
)
def test_tilted_moments_stay_usable_however_surprising(mean, variance, y, rates):
    response = BinaryResponse(guess_rate=rates[0], lapse_rate=rates[1])
    Z, d1, d2 = (value.item() for value in response.tilted(y, scalar(mean), scalar(variance)))
    assert 1e-300 <= Z <= 1 + 1e-12
    assert math.isfinite(d1)
    assert d1 * (2 * y - 1) >= 0
    assert math.isfinite(d2)
    assert 1 + variance * d2 > 0


@given(mean=st.floats(-40, 40), variance=st.floats(1e-9, 1e6), rates=st.sampled_from(RATES))
def test_probabilities_and_their_variance_keep_their_ranges(mean, variance, rates):
    guess, lapse = rates
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)
    p = response.expected_mean(scalar(mean), scalar(variance)).item()
    spread = response.mean_variance(scalar(mean), scalar(variance)).item()
    assert guess <= p <= 1 - lapse + 1e-15
    assert 0 <= spread <= (p - guess) * (1 - lapse - p) + 1e-12


@pytest.mark.parametrize(("guess", "lapse"), RATES)
def test_latent_inverts_the_mean(guess, lapse):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)
    for share in (0.01, 0.3, 0.5, 0.75, 0.99):
        value = guess + share * (1 - guess - lapse)
        assert response.mean(scalar(response.latent(value))).item() == pytest.approx(value, abs=1e-12)


def test_latent_is_finite_beyond_guessing_and_lapsing():
    response = BinaryResponse(guess_rate=0.5, lapse_rate=0.02)
    assert response.latent(0.2) == response.latent(0.5) == pytest.approx(-4.7534, abs=1e-3)
    assert response.latent(1.0) == pytest.approx(4.7534, abs=1e-3)


def test_small_variance_does_not_lose_the_variance_of_p():
    response = BinaryResponse()
    found = response.mean_variance(scalar(0.3), scalar(1e-6)).item()
    slope = math.exp(-0.5 * 0.3**2) / math.sqrt(2 * math.pi)
    assert found == pytest.approx(slope**2 * 1e-6, rel=1e-4)


@pytest.mark.parametrize(("guess", "lapse"), [(-0.1, 0.0), (0.0, -0.1), (0.6, 0.4), (math.nan, 0.0)])
def test_impossible_rates_are_refused(guess, lapse):
    with pytest.raises(ValueError, match="add up to less than 1"):
        BinaryResponse(guess_rate=guess, lapse_rate=lapse)


def test_a_guess_rate_bounds_what_a_miss_teaches():
    response = BinaryResponse(guess_rate=0.5)
    hit = response.tilted(1.0, scalar(-8.0), scalar(1.0))
    assert abs(hit[1].item()) < 1e-6
    assert np.isclose(hit[0].item(), 0.5)
