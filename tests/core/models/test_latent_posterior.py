"""The belief: its parts agree with each other and with the textbook's formulas."""

import gp_cases
import numpy as np
import pytest
import torch

from aepsych_grpc.core.models import latent_posterior

CASES = [{"intensity": None}, {"intensity": 0, "guess": 0.5}]


def belief(d=3, n=40, **case):
    gp, data = gp_cases.model(d, **case), gp_cases.observer(n, d, guess=case.get("guess", 0.0))
    return gp.condition(data, gp_cases.centre(gp))


def grid(m, d=3, seed=4):
    return torch.from_numpy(np.random.default_rng(seed).random((m, d)))


@pytest.mark.parametrize("case", CASES)
def test_it_is_the_prior_conditioned_on_the_sites(case):
    posterior, X = belief(**case), grid(9)
    kernel, theta, data, sites = posterior.kernel, posterior.theta, posterior.data, posterior.sites
    K = kernel.covariance(theta, data.X, data.X).numpy() + 1e-6 * np.eye(len(data))
    cross = kernel.covariance(theta, X, data.X).numpy()
    gain = cross @ np.linalg.inv(K + np.diag(1 / sites.tau))
    mean = kernel.mean(theta, X).numpy() + gain @ (sites.nu / sites.tau - kernel.mean(theta, data.X).numpy())
    covariance = kernel.covariance(theta, X, X).numpy() - gain @ cross.T
    found_mean, found_covariance = posterior.joint(X)
    np.testing.assert_allclose(found_mean.numpy(), mean, atol=1e-7)
    np.testing.assert_allclose(found_covariance.numpy(), covariance, atol=1e-7)


@pytest.mark.parametrize("case", CASES)
def test_marginals_joint_and_covariance_agree(case):
    posterior, X = belief(**case), grid(20)
    mean, variance = posterior.marginals(X)
    joint_mean, joint = posterior.joint(X)
    np.testing.assert_allclose(mean.numpy(), joint_mean.numpy(), atol=1e-10)
    np.testing.assert_allclose(variance.numpy(), joint.diagonal().numpy(), atol=1e-10)
    np.testing.assert_allclose(posterior.covariance(X[:12], X[12:]).numpy(), joint[:12, 12:].numpy(), atol=1e-10)
    assert np.linalg.eigvalsh(joint.numpy()).min() > -1e-9
    assert posterior.d == 3


def test_a_large_query_equals_its_parts(monkeypatch):
    posterior, X = belief(), grid(23)
    whole = posterior.marginals(X)
    monkeypatch.setattr(latent_posterior, "BLOCK", 5)
    for one, other in zip(whole, posterior.marginals(X), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-12)


@pytest.mark.parametrize("case", CASES)
def test_gradients_by_the_points_are_right(case):
    posterior = belief(**case)
    X, Z = grid(4).requires_grad_(), grid(3, seed=6)
    assert torch.autograd.gradcheck(posterior.marginals, (X,))
    assert torch.autograd.gradcheck(lambda points: posterior.covariance(points, Z), (X,))


def test_responses_teach_where_they_were_given_and_little_elsewhere():
    posterior = belief(n=60, intensity=0)
    low, high = torch.full((1, 3), 0.5, dtype=torch.float64), torch.full((1, 3), 0.5, dtype=torch.float64)
    low[0, 0], high[0, 0] = 0.05, 0.95
    assert posterior.marginals(low)[0].item() < -0.5 < 0.5 < posterior.marginals(high)[0].item()
    prior_variance = posterior.kernel.variance(posterior.theta, low).item()
    assert posterior.marginals(low)[1].item() < prior_variance / 2
