"""Measurements with Gaussian noise, against quadrature and finite differences."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.responses.learned import LearnedResponse

RESPONSE = ContinuousResponse(noise_sd=0.4, location=300.0, scale=20.0)


def number(value):
    return torch.tensor([value], dtype=torch.float64)


@pytest.mark.parametrize("y", [250.0, 310.0, 355.0])
@pytest.mark.parametrize("mean", [-1.0, 0.3])
@pytest.mark.parametrize("variance", [0.05, 3.0])
def test_moments_agree_with_quadrature(y, mean, variance):
    def weighted(power):
        def integrand(f):
            return (f - mean) ** power * norm.pdf((y - 300) / 20, f, 0.4) * norm.pdf(f, mean, np.sqrt(variance))

        return quad(integrand, -8, 8, points=[(y - 300) / 20, mean], epsabs=0, epsrel=1e-10, limit=200)[0]

    Z = weighted(0)
    first, second = weighted(1) / Z, weighted(2) / Z
    found, d1, d2 = RESPONSE.tilted(y, number(mean), number(variance))
    assert found.item() == pytest.approx(Z, rel=1e-7)
    assert (variance * d1).item() == pytest.approx(first, abs=1e-7)
    assert (variance + variance**2 * d2).item() == pytest.approx(second - first**2, abs=1e-7)


def test_the_expected_response_is_in_the_unit_of_the_responses():
    mean, variance = number(0.5), number(0.25)
    assert RESPONSE.expected_mean(mean, variance).item() == 310
    assert RESPONSE.mean_variance(mean, variance).item() == 100
    assert RESPONSE.latent(310.0) == 0.5


def test_units_follow_the_responses_that_were_told():
    y = torch.tensor([1.0, 3.0, 5.0, 11.0], dtype=torch.float64)
    given = RESPONSE.given([np.log(0.2)], y)
    assert (given.location, given.noise_sd) == (5.0, pytest.approx(0.2))
    assert given.scale == pytest.approx(y.numpy().std())
    assert isinstance(given, LearnedResponse)


@pytest.mark.parametrize("y", [[7.0], [7.0, 7.0, 7.0], [0.0], [0.1] * 7])
def test_responses_that_do_not_differ_leave_the_unit_alone(y):
    given = RESPONSE.given([0.0], torch.tensor(y, dtype=torch.float64))
    assert (given.location, given.scale) == (pytest.approx(y[0]), 1.0)


def test_large_numbers_have_finite_units():
    given = RESPONSE.given([0.0], torch.tensor([1e300, -1e300, 5e299], dtype=torch.float64))
    assert np.isfinite([given.location, given.scale]).all()
