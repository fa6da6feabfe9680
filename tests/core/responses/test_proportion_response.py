"""Counts out of several presentations, against numerical integration, the binary response, and sums over all counts."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import entr, expit, ndtr
from scipy.stats import beta, binom, norm

from aepsych_grpc.config import outcome
from aepsych_grpc.core.responses.beta_rule import beta_rule
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.links import LINKS
from aepsych_grpc.core.responses.of_outcome import response_of
from aepsych_grpc.core.responses.proportion import ProportionResponse
from aepsych_grpc.core.responses.psychometric import psychometric

FUNCTIONS = {"probit": ndtr, "logit": expit, "gumbel": lambda f: -np.expm1(-np.exp(f))}
RATES = [(0.0, 0.0), (0.5, 0.02)]
BELIEFS = [(0.0, 1.0), (1.3, 0.2), (-2.0, 5.0), (2.5, 0.01), (-1.0, 12.0)]


def response(trials, link="probit", guess=0.0, lapse=0.0):
    return ProportionResponse(each=BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[link]), trials=trials)


def scalar(value):
    return torch.tensor([value], dtype=torch.float64)


def moments(likelihood, mean, variance, gamma):
    """Z, mean and variance of the product, and the share of it below gamma, by adaptive quadrature."""
    sd = math.sqrt(variance)
    rough = np.linspace(mean - 12 * sd, mean + 12 * sd, 2001)
    product = likelihood(rough) * norm.pdf(rough, mean, sd)
    peak, size = rough[product.argmax()], product.max()
    inside = rough[product > 1e-14 * size]
    points = sorted({inside[0], *np.quantile(inside, [0.1, 0.3, 0.5, 0.7, 0.9]), peak, inside[-1]})

    def integral(function, stop=math.inf):
        def scaled(f):
            return function(f) * likelihood(f) * norm.pdf(f, mean, sd) / size

        ends = [*(point for point in points if point < stop), min(points[-1], stop)]
        pieces = itertools.pairwise(ends)
        return sum(quad(scaled, *piece, epsabs=1e-13, epsrel=1e-11, limit=200)[0] for piece in pieces)

    Z = integral(lambda _: 1.0)
    first = integral(lambda f: f) / Z
    return Z * size, first, integral(lambda f: (f - first) ** 2) / Z, integral(lambda _: 1.0, gamma) / Z


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize("trials", [2, 10, 200])
def test_moments_agree_with_quadrature(link, guess, lapse, trials):
    told = response(trials, link, guess, lapse)
    for (mean, variance), share in zip(BELIEFS, (0.0, 0.5, 0.6, 0.9, 1.0), strict=True):
        k = round(share * trials)

        def likelihood(f, k=k):
            return binom.pmf(k, trials, guess + (1 - guess - lapse) * FUNCTIONS[link](f))

        norm_, first, spread, below = moments(likelihood, mean, variance, 0.3)
        Z, d1, d2 = (value.item() for value in told.tilted(float(k), scalar(mean), scalar(variance)))
        assert pytest.approx(norm_, rel=2e-4) == Z
        assert mean + variance * d1 == pytest.approx(first, abs=2e-4 * spread**0.5)
        assert variance + variance**2 * d2 == pytest.approx(spread, rel=2e-3)
        assert told.below(float(k), 0.3, scalar(mean), scalar(variance)).item() == pytest.approx(below, abs=2e-3)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
def test_one_presentation_is_yes_or_no(link, guess, lapse):
    one = response(1, link, guess, lapse)
    mean, variance = torch.linspace(-4, 4, 17, dtype=torch.float64), torch.full((17,), 2.0, dtype=torch.float64)
    for y in (0.0, 1.0):
        for found, expected in zip(one.tilted(y, mean, variance), one.each.tilted(y, mean, variance), strict=True):
            torch.testing.assert_close(found, expected, atol=2e-4, rtol=1e-3)
    kind = outcome.Proportion(trials=1, guess_rate=guess, lapse_rate=lapse)
    assert response_of(kind, LINKS[link]) == one.each


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
def test_derivatives_agree_with_finite_differences(link, guess, lapse):
    told = response(10, link, guess, lapse)
    mean, variance = torch.linspace(-4, 4, 17, dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64)
    variance = variance.expand_as(mean)
    for k in (0.0, 4.0, 9.0, 10.0):
        _, d1, d2 = told.tilted(k, mean, variance)
        ahead, behind = (told.tilted(k, mean + step, variance) for step in (1e-4, -1e-4))
        torch.testing.assert_close((ahead[0].log() - behind[0].log()) / 2e-4, d1, atol=1e-2, rtol=1e-3)
        torch.testing.assert_close((ahead[1] - behind[1]) / 2e-4, d2, atol=5e-2, rtol=1e-2)


@given(
    link=st.sampled_from(sorted(LINKS)),
    trials=st.sampled_from([2, 10, 1000]),
    share=st.floats(0, 1),
    mean=st.floats(-50, 50),
    variance=st.floats(1e-6, 1e3),
    rates=st.sampled_from(RATES),
)
@settings(max_examples=150, deadline=None)
def test_moments_stay_usable_however_surprising(link, trials, share, mean, variance, rates):
    told, k = response(trials, link, *rates), round(share * trials)
    Z, d1, d2 = (value.item() for value in told.tilted(float(k), scalar(mean), scalar(variance)))
    assert 1e-300 <= Z <= 1 + 1e-3
    assert math.isfinite(d1)
    assert math.isfinite(d2)
    assert 1 + variance * d2 > 0
    assert 0 <= told.below(float(k), 0.5, scalar(mean), scalar(variance)).item() <= 1


def test_a_block_that_contradicts_a_firm_belief_moves_it_to_the_likelihood():
    """Two modes: near the belief, where 100 misses are 100 lapses, and near the likelihood, which is far higher."""
    told = response(100, "gumbel", 0.0, 0.02)
    _, d1, _ = told.tilted(0.0, scalar(9.0), scalar(0.3))
    assert -2 < 9 + 0.3 * d1.item() < 0


@pytest.mark.parametrize("trials", [2, 3, 10, 300])
@pytest.mark.parametrize(("mean", "variance"), [(0.0, 1.0), (1.3, 0.2), (2.5, 0.01), (0.5, 2.0)])
def test_what_is_foreseen_keeps_the_beliefs_mean_and_variance(trials, mean, variance):
    told = response(trials, guess=0.5, lapse=0.02)
    outlook = told.foreseen(scalar(mean), scalar(variance))
    assert len(outlook) == 3
    assert sum(one.weight.item() for one in outlook) == pytest.approx(1, abs=1e-4)
    sd = variance**0.5
    off = sum((one.weight * one.d1).item() for one in outlook) * sd
    assert off == pytest.approx(0, abs=0.12)
    after = sum((one.weight * (variance * one.d2 + variance * one.d1**2)).item() for one in outlook)
    assert after == pytest.approx(0, abs=0.4 if trials == 300 else 0.15)  # as a share of the belief's variance


def test_information_is_near_the_sum_over_all_counts():
    told = response(10, guess=0.5, lapse=0.02)
    mean, variance = torch.linspace(-2, 3, 11, dtype=torch.float64), torch.full((11,), 1.5, dtype=torch.float64)
    z = np.linspace(-7, 7, 281)
    weights = norm.pdf(z) / norm.pdf(z).sum()
    exact = []
    for m in mean.numpy():
        counts = binom.pmf(np.arange(11)[:, None], 10, 0.5 + 0.48 * ndtr(m + 1.5**0.5 * z))
        exact.append(entr(counts @ weights).sum() - entr(counts).sum(0) @ weights)
    found = told.information(mean, variance).numpy()
    np.testing.assert_allclose(found, exact, atol=0.05)
    assert found.argmax() == np.argmax(exact)


def test_what_depends_on_a_single_presentation_is_that_of_a_binary_response():
    told = response(25, "logit", 0.25, 0.01)
    mean, variance = torch.linspace(-2, 2, 5, dtype=torch.float64), torch.full((5,), 0.7, dtype=torch.float64)
    torch.testing.assert_close(told.mean(mean), told.each.mean(mean))
    torch.testing.assert_close(told.expected_mean(mean, variance), told.each.expected_mean(mean, variance))
    torch.testing.assert_close(told.mean_variance(mean, variance), told.each.mean_variance(mean, variance))
    assert told.latent(0.6) == told.each.latent(0.6)
    assert psychometric(told) is told


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.1, 0.3), (30.0, 5.0), (1.0, 3.0), (0.5, 0.5), (400.0, 2.0)])
def test_the_beta_rule_is_exact_for_polynomials(a, b):
    known = beta(a, b)
    values, weights = beta_rule(scalar(known.mean()), scalar(known.var()), 3)
    for power in range(6):
        assert (weights * values**power).sum().item() == pytest.approx(known.moment(power), rel=1e-6)
