"""Logit and Gumbel, whose Gaussian integrals are sums of probits', against the functions themselves."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, log_expit

from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.links import LINKS

TRUTH = {"logit": expit, "gumbel": lambda f: -np.expm1(-np.exp(f))}
RATES = [(0.0, 0.0), (0.5, 0.04)]
BELIEFS = [(0.0, 1.0), (1.3, 0.2), (-2.0, 5.0), (2.0, 0.01), (-3.0, 12.0), (1.0, 40.0)]
ERROR = {"logit": 1e-9, "gumbel": 1e-5}
"""Of the mixtures; the tests allow what it makes of the quantities in question."""


def scalar(value):
    return torch.tensor([value], dtype=torch.float64)


def integral(function, mean, variance, upper=10.0):
    """E[function(f) 1[f < mean + upper sd]] under f ~ N(mean, variance)."""
    sd = math.sqrt(variance)

    def weighted(u):
        return function(mean + sd * u) * math.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)

    inner = [u for u in (-mean / sd, 0.0) if -10 < u < upper]
    return quad(weighted, -10, upper, epsabs=1e-13, epsrel=1e-11, limit=500, points=inner or None)[0]


@pytest.mark.parametrize("name", TRUTH)
def test_the_mixture_is_the_function(name):
    f = torch.linspace(-30, 10, 4001, dtype=torch.float64)
    link, truth = LINKS[name], TRUTH[name](f.numpy())
    mixed = link.expected(f, torch.zeros_like(f)).numpy()
    np.testing.assert_allclose(link.probability(f).numpy(), truth, rtol=1e-12)
    np.testing.assert_allclose(mixed, truth, atol=ERROR[name], rtol=0)
    np.testing.assert_allclose(mixed[f >= -20], truth[f >= -20], rtol=10 * max(ERROR[name], 1e-5))


@pytest.mark.parametrize("name", TRUTH)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize(("mean", "variance"), BELIEFS)
def test_integrals_agree_with_quadrature(name, guess, lapse, mean, variance):
    response, F = BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[name]), TRUTH[name]
    m, v = scalar(mean), scalar(variance)

    def p(f):
        return guess + (1 - guess - lapse) * F(f)

    first = integral(p, mean, variance)
    assert response.expected_mean(m, v).item() == pytest.approx(first, abs=ERROR[name])
    spread = integral(lambda f: (p(f) - first) ** 2, mean, variance)
    assert response.mean_variance(m, v).item() == pytest.approx(spread, abs=1e-7)
    for y in (0.0, 1.0):

        def likelihood(f, y=y):
            return p(f) if y else 1 - p(f)

        norm = integral(likelihood, mean, variance)
        mu = integral(lambda f: f * likelihood(f), mean, variance) / norm
        square = integral(lambda f: f**2 * likelihood(f), mean, variance) / norm - mu**2
        Z, d1, d2 = (value.item() for value in response.tilted(y, m, v))
        assert pytest.approx(norm, abs=ERROR[name]) == Z
        assert mean + variance * d1 == pytest.approx(mu, abs=1e-3)
        assert variance + variance**2 * d2 == pytest.approx(square, abs=2e-3)
        side = integral(likelihood, mean, variance, upper=(0.4 - mean) / math.sqrt(variance)) / norm
        assert response.below(y, 0.4, m, v).item() == pytest.approx(side, abs=1e-4)


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_derivatives_agree_with_finite_differences(name, guess, lapse, y):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[name])
    mean, variance = torch.linspace(-15, 15, 31, dtype=torch.float64), torch.tensor(3.0, dtype=torch.float64)
    _, d1, d2 = response.tilted(y, mean, variance)
    ahead, behind = (response.tilted(y, mean + step, variance) for step in (1e-5, -1e-5))
    torch.testing.assert_close((ahead[0].log() - behind[0].log()) / 2e-5, d1, atol=1e-7, rtol=1e-6)
    torch.testing.assert_close((ahead[1] - behind[1]) / 2e-5, d2, atol=1e-7, rtol=1e-6)


def test_far_in_the_tail_a_logit_response_teaches_no_more():
    Z, d1, _ = BinaryResponse(link=LINKS["logit"]).tilted(1.0, scalar(-15.0), scalar(1.0))
    assert math.log(Z.item()) == pytest.approx(-15 + 0.5, abs=1e-3)  # E exp(f)
    assert d1.item() == pytest.approx(1, abs=1e-3)
    assert log_expit(-15) == pytest.approx(-15, abs=1e-6)


@given(
    name=st.sampled_from(sorted(LINKS)),
    mean=st.floats(-1e3, 1e3),
    variance=st.floats(1e-9, 1e6),
    y=st.sampled_from([0.0, 1.0]),
    rates=st.sampled_from(RATES),
)
def test_moments_stay_usable_however_surprising(name, mean, variance, y, rates):
    response = BinaryResponse(guess_rate=rates[0], lapse_rate=rates[1], link=LINKS[name])
    Z, d1, d2 = (value.item() for value in response.tilted(y, scalar(mean), scalar(variance)))
    assert 1e-300 <= Z <= 1 + 1e-9
    assert math.isfinite(d1)
    assert d1 * (2 * y - 1) >= 0
    assert math.isfinite(d2)
    assert 1 + variance * d2 > 0
    assert 0 <= response.below(y, 0.5, scalar(mean), scalar(variance)).item() <= 1


@pytest.mark.parametrize("name", LINKS)
def test_latent_inverts_the_mean(name):
    response = BinaryResponse(guess_rate=0.25, lapse_rate=0.02, link=LINKS[name])
    for value in (0.3, 0.5, 0.625, 0.9):
        assert response.mean(scalar(response.latent(value))).item() == pytest.approx(value, abs=1e-12)
    assert math.isfinite(response.latent(0.1))
    assert math.isfinite(response.latent(1.0))


def test_gumbel_is_the_weibull_function_of_intensity():
    alpha, beta, x = 0.03, 3.5, np.array([0.01, 0.03, 0.05])
    f = torch.from_numpy(beta * np.log(x / alpha))
    np.testing.assert_allclose(LINKS["gumbel"].probability(f).numpy(), 1 - np.exp(-((x / alpha) ** beta)))
