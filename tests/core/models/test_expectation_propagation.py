"""Expectation propagation against exact integrals, importance sampling, and its own promises."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, ndtr
from scipy.stats import binom

from aepsych_grpc.core.models.expectation_propagation import (
    MIN_PRECISION,
    Sites,
    approximation,
    expectation_propagation,
    log_evidence,
)
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.links import LINKS
from aepsych_grpc.core.responses.proportion import ProportionResponse

FUNCTIONS = {"probit": ndtr, "logit": expit, "gumbel": lambda f: -np.expm1(-np.exp(f))}


def tilted_by(y, guess=0.0, lapse=0.0, link="probit"):
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[link])
    told = torch.as_tensor(y, dtype=torch.float64)

    def tilted(mean, variance):
        Z, d1, d2 = response.tilted(told, torch.from_numpy(mean), torch.from_numpy(variance))
        return Z.numpy(), d1.numpy(), d2.numpy()

    return tilted


def likelihood(f, y, guess=0.0, lapse=0.0, link="probit"):
    p = guess + (1 - guess - lapse) * FUNCTIONS[link](f)
    return np.where(np.asarray(y) == 1, p, 1 - p).prod(-1)


def counted(k, trials, guess=0.0, link="probit"):
    """Moments after counts k out of so many presentations."""
    each = BinaryResponse(guess_rate=guess, link=LINKS[link])
    response, told = ProportionResponse(each=each, trials=trials), torch.as_tensor(k, dtype=torch.float64)

    def tilted(mean, variance):
        Z, d1, d2 = response.tilted(told, torch.from_numpy(mean), torch.from_numpy(variance))
        return Z.numpy(), d1.numpy(), d2.numpy()

    return tilted


def covariance(n, seed=0, variance=3.0):
    x = np.random.default_rng(seed).random(n)
    return variance * np.exp(-2 * (x[:, None] - x) ** 2) + 0.5 + 1e-6 * np.eye(n)


def posterior_moments(f, weights):
    mean = weights @ f / weights.sum()
    return mean, weights @ (f - mean) ** 2 / weights.sum()


@pytest.mark.parametrize("guess", [0.0, 0.5])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_one_response_is_exact(guess, y):
    K, m0 = np.array([[2.5]]), np.array([0.4])
    f = np.linspace(-15, 15, 200_001)
    weights = np.exp(-0.5 * (f - 0.4) ** 2 / 2.5) * likelihood(f[:, None], [y], guess)
    mean, variance = posterior_moments(f, weights)
    norm = weights.sum() * (f[1] - f[0]) / np.sqrt(2 * np.pi * 2.5)
    tilted = tilted_by([y], guess)
    found = expectation_propagation(K, m0, tilted, tolerance=1e-10)
    assert found.converged
    assert found.mean[0] == pytest.approx(mean, abs=1e-6)
    assert log_evidence(found, m0, tilted) == pytest.approx(np.log(norm), abs=1e-6)
    # A miss under a guess rate still narrows the belief; a hit may widen it, which a site cannot say.
    assert found.variance[0] == pytest.approx(min(variance, 2.5), abs=1e-4)


def assert_close_to_truth(found, y, guess, f, weights, log_norm, link="probit"):
    """Probabilities are right to .01. The belief is skewed, more so under a guess rate, and its Gaussian too narrow."""
    mean, variance = posterior_moments(f, weights)
    p = guess + (1 - guess) * (weights @ FUNCTIONS[link](f)) / weights.sum()
    response = BinaryResponse(guess_rate=guess, link=LINKS[link])
    expected = response.expected_mean(torch.from_numpy(found.mean), torch.from_numpy(found.variance))
    np.testing.assert_allclose(found.mean, mean, atol=0.15 if guess else 0.02)
    np.testing.assert_allclose(expected.numpy(), p, atol=0.01)
    assert (found.variance < 1.02 * variance).all()
    assert (found.variance > (0.65 if guess else 0.85) * variance).all()
    assert log_evidence(found, np.zeros(len(y)), tilted_by(y, guess, link=link)) == pytest.approx(log_norm, abs=0.05)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("guess", [0.0, 0.5])
@pytest.mark.parametrize("y", [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
def test_two_responses_agree_with_the_integral_over_the_plane(guess, y, link):
    K = np.array([[4.0, 2.8], [2.8, 3.0]])
    axis = np.linspace(-12, 12, 401)
    f = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    weights = np.exp(-0.5 * np.einsum("ni,ij,nj->n", f, np.linalg.inv(K), f)) * likelihood(f, y, guess, link=link)
    norm = weights.sum() * (axis[1] - axis[0]) ** 2 / (2 * np.pi * np.sqrt(np.linalg.det(K)))
    found = expectation_propagation(K, np.zeros(2), tilted_by(y, guess, link=link))
    assert_close_to_truth(found, y, guess, f, weights, np.log(norm), link)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("guess", [0.0, 0.5])
@pytest.mark.parametrize("k", [[10.0, 7.0], [6.0, 5.0], [0.0, 9.0]])
def test_two_counts_agree_with_the_integral_over_the_plane(guess, k, link):
    K, trials = np.array([[4.0, 2.8], [2.8, 3.0]]), 10
    axis = np.linspace(-12, 12, 801)
    f = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    p = guess + (1 - guess) * FUNCTIONS[link](f)
    density = np.exp(-0.5 * np.einsum("ni,ij,nj->n", f, np.linalg.inv(K), f))
    weights = density * binom.pmf(k, trials, p).prod(-1)
    norm = weights.sum() * (axis[1] - axis[0]) ** 2 / (2 * np.pi * np.sqrt(np.linalg.det(K)))
    mean, variance = posterior_moments(f, weights)
    tilted = counted(k, trials, guess, link)
    found = expectation_propagation(K, np.zeros(2), tilted)
    np.testing.assert_allclose(found.mean, mean, atol=0.15 * variance.max() ** 0.5)
    assert (found.variance < 1.05 * variance).all()
    assert (found.variance > (0.6 if guess else 0.85) * variance).all()
    assert log_evidence(found, np.zeros(2), tilted) == pytest.approx(np.log(norm), abs=0.07)


@pytest.mark.parametrize("link", LINKS)
def test_a_count_teaches_what_as_many_single_responses_do(link):
    K, k, trials = covariance(4, 2), np.array([9.0, 4.0, 7.0, 10.0]), 10
    y = np.concatenate([[1.0] * int(one) + [0.0] * (trials - int(one)) for one in k])
    each = np.repeat(np.arange(4), trials)
    counts, singles = counted(k, trials, link=link), tilted_by(y, link=link)
    together = expectation_propagation(K, np.zeros(4), counts)
    apart = expectation_propagation(K[np.ix_(each, each)] + 1e-8 * np.eye(40), np.zeros(40), singles)
    np.testing.assert_allclose(together.mean, apart.mean[::trials], atol=0.05)
    np.testing.assert_allclose(together.variance, apart.variance[::trials], rtol=0.05)
    ways = np.log(binom.pmf(k, trials, 0.5) * 2.0**trials).sum()
    evidence = log_evidence(apart, np.zeros(40), singles) + ways
    assert log_evidence(together, np.zeros(4), counts) == pytest.approx(evidence, abs=0.05)


@pytest.mark.parametrize("link", LINKS)
def test_counts_under_a_guess_rate_agree_with_importance_sampling(link):
    """Closer than so many single responses would be, whose factors have to be Gaussian each."""
    K, k, trials = covariance(4, 2), np.array([9.0, 4.0, 7.0, 10.0]), 10
    f = np.random.default_rng(0).standard_normal((200_000, 4)) @ np.linalg.cholesky(K).T
    mean, variance = posterior_moments(f, binom.pmf(k, trials, 0.5 + 0.5 * FUNCTIONS[link](f)).prod(-1))
    found = expectation_propagation(K, np.zeros(4), counted(k, trials, 0.5, link))
    np.testing.assert_allclose(found.mean, mean, atol=0.05)
    np.testing.assert_allclose(found.variance, variance, rtol=0.25)


@pytest.mark.parametrize("guess", [0.0, 0.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_responses_agree_with_importance_sampling(guess, seed):
    K, rng = covariance(10, seed), np.random.default_rng(seed)
    # Draws from the prior: their weights, the likelihoods, are at most 1.
    f = rng.standard_normal((150_000, 10)) @ np.linalg.cholesky(K).T
    y = (rng.random(10) < guess + (1 - guess) * ndtr(f[0])).astype(float)
    weights = likelihood(f, y, guess)
    found = expectation_propagation(K, np.zeros(10), tilted_by(y, guess))
    assert_close_to_truth(found, y, guess, f, weights, np.log(weights.mean()))


@pytest.mark.parametrize("guess", [0.0, 0.5])
def test_it_ends_where_every_cavity_with_its_response_has_the_marginals_moments(guess):
    K, y = covariance(30), (np.random.default_rng(3).random(30) < 0.6).astype(float)
    tilted = tilted_by(y, guess)
    found = expectation_propagation(K, np.zeros(30), tilted, tolerance=1e-9)
    m, v = found.cavities()
    _, d1, d2 = tilted(m, v)
    free = found.sites.tau > 2 * MIN_PRECISION
    np.testing.assert_allclose(found.mean, m + v * d1, atol=1e-6)
    np.testing.assert_allclose(found.variance[free], (v + v * v * d2)[free], atol=1e-6)
    assert free.sum() >= 10


@pytest.mark.parametrize(("guess", "lapse"), [(0.0, 0.0), (0.5, 0.0), (0.5, 0.04)])
def test_warm_sites_lead_to_the_cold_result_in_fewer_sweeps(guess, lapse):
    K, y = covariance(60), (np.random.default_rng(3).random(60) < 0.6).astype(float)
    cold = expectation_propagation(K, np.zeros(60), tilted_by(y, guess, lapse))
    before = expectation_propagation(K[:59, :59], np.zeros(59), tilted_by(y[:59], guess, lapse))
    warm = expectation_propagation(K, np.zeros(60), tilted_by(y, guess, lapse), start=before.sites.extended(60))
    assert warm.sweeps < cold.sweeps
    np.testing.assert_allclose(warm.mean, cold.mean, atol=2e-3)
    np.testing.assert_allclose(warm.variance, cold.variance, atol=2e-3)


@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 30),
    rates=st.sampled_from([(0.0, 0.0), (0.5, 0.0), (0.3, 0.1)]),
    scale=st.sampled_from([1e-3, 1.0, 30.0, 3000.0]),
)
@settings(max_examples=60, deadline=None)
def test_marginals_stay_finite_and_within_the_prior(seed, n, rates, scale):
    rng = np.random.default_rng(seed)
    K = covariance(n, seed, variance=scale)
    m0 = rng.normal(0, 5, n)
    y = (rng.random(n) < 0.5).astype(float)
    tilted = tilted_by(y, *rates)
    found = expectation_propagation(K, m0, tilted)
    assert np.isfinite(found.mean).all()
    assert np.isfinite(log_evidence(found, m0, tilted))
    assert (found.variance > 0).all()
    assert (found.variance <= K.diagonal() * (1 + 1e-6)).all()
    assert (found.sites.tau >= MIN_PRECISION).all()


def test_a_hundred_repeats_of_one_trial_settle():
    K = np.full((100, 100), 4.0) + 1e-6 * np.eye(100)
    y = np.array([1.0] * 70 + [0.0] * 30)
    found = expectation_propagation(K, np.zeros(100), tilted_by(y))
    assert found.converged
    assert ndtr(found.mean[0]) == pytest.approx(0.7, abs=0.01)
    assert np.ptp(found.mean) < 1e-3


def test_sites_that_say_nothing_leave_the_prior():

    K, m0 = covariance(5), np.arange(5.0)
    found = approximation(K, m0, Sites(MIN_PRECISION * m0, np.full(5, MIN_PRECISION)))
    np.testing.assert_allclose(found.mean, m0, atol=1e-4)
    np.testing.assert_allclose(found.variance, K.diagonal(), rtol=1e-4)


def test_a_covariance_that_is_not_finite_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        expectation_propagation(np.full((2, 2), np.nan), np.zeros(2), tilted_by([1.0, 0.0]))
