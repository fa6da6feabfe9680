"""Gaussian process rating: expectation propagation against long sampling, and what is learned of the cut points."""

import numpy as np
import pytest
import torch
from scipy.special import ndtr

from aepsych_grpc.config import outcome
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.responses.ordinal import OrdinalResponse

CUTS = np.array([-1.6, -1.0, 0.4, 2.2])
ENTRY = MODELS["gp_rating"]


def model(levels=5):
    context = ModelContext(
        d=2,
        intensity=None,
        categorical=(False, False),
        outcome=outcome.Ordinal(levels=levels),
        reference=torch.empty(0, 2),
    )
    return ENTRY.build(context, ENTRY.options())


def loudness(X):
    return 5 * (X[:, 0] - 0.5) + np.sin(4 * X[:, 1])


def ratings(n, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 2))
    y = np.digitize(loudness(X) + rng.standard_normal(n), CUTS)
    return TrainingData(torch.from_numpy(X), torch.from_numpy(y.astype(float)))


def test_the_gradient_of_the_evidence_is_exact():
    gp, data = model(), ratings(30)
    theta = gp.hyperprior.centre + np.array([0.2, -0.3, 0.4, -0.5, 0.3, 0.1])
    prior = gp.kernel.on(data.X.numpy())

    def at(theta):
        likelihood = gp.likelihood(data.y)(theta)
        return evidence(
            lambda theta: prior(theta[:3]),
            theta,
            likelihood.tilted,
            start=None,
            tolerance=1e-10,
            sensitivity=likelihood.sensitivity,
        )

    steps = 1e-4 * np.eye(len(theta))
    expected = [(at(theta + step).value - at(theta - step).value) / 2e-4 for step in steps]
    np.testing.assert_allclose(at(theta).gradient, expected, atol=2e-5)


def elliptical_slices(log_likelihood, root, count, rng):
    """Draw from a Gaussian prior times a likelihood (Murray, Adams & MacKay 2010)."""
    f = root @ rng.standard_normal(len(root))
    now, draws = log_likelihood(f), []
    for _ in range(count):
        other, level = root @ rng.standard_normal(len(root)), now + np.log(rng.random())
        angle = rng.uniform(0, 2 * np.pi)
        low, high = angle - 2 * np.pi, angle
        while True:
            tried = f * np.cos(angle) + other * np.sin(angle)
            now = log_likelihood(tried)
            if now > level:
                break
            low, high = (angle, high) if angle < 0 else (low, angle)
            angle = rng.uniform(low, high)
        f = tried
        draws.append(f)
    return np.array(draws)


def test_the_belief_agrees_with_long_sampling():
    gp, data = model(), ratings(12)
    theta = tuple(gp.hyperprior.centre.tolist())
    response = gp.response_given(data, theta)
    edges, y = np.array([-40.0, *response.cuts, 40.0]), data.y.numpy().astype(int)

    def log_likelihood(f):
        return np.log(ndtr(edges[y + 1] - f) - ndtr(edges[y] - f) + 1e-300).sum()

    K = gp.kernel.on(data.X.numpy())(theta[:3]).K
    draws = elliptical_slices(log_likelihood, np.linalg.cholesky(K), 20_000, np.random.default_rng(3))
    mean, variance = gp.condition(data, theta).marginals(data.X)
    np.testing.assert_allclose(mean.numpy(), draws.mean(0), atol=0.06)
    np.testing.assert_allclose(variance.sqrt().numpy(), draws.std(0), atol=0.06)


def test_the_cut_points_are_found():
    gp, data = model(), ratings(400)
    fit = gp.fit(data)
    assert fit.note == ""
    steps = np.array(gp.response_given(data, fit.hyperparameters).steps)
    np.testing.assert_allclose(steps, np.diff(CUTS), rtol=0.3)


def test_predicted_ratings_agree_with_the_truth():
    gp, data = model(), ratings(200)
    theta = gp.fit(data).hyperparameters
    Z = np.random.default_rng(7).random((50, 2))
    response = gp.response_given(data, theta)
    beliefs = gp.readout(data, theta)
    found = torch.stack([response.expected_mean(*belief.marginals(torch.from_numpy(Z))) for belief in beliefs]).mean(0)
    edges = OrdinalResponse(steps=tuple(np.diff(CUTS)))
    expected = edges.mean(torch.from_numpy(loudness(Z) - CUTS.mean())).numpy()
    assert np.sqrt(np.mean((found.numpy() - expected) ** 2)) < 0.25
    assert {belief.response_theta for belief in beliefs} == {theta[3:]}


@pytest.mark.parametrize("levels", [2, 3, 100])
@pytest.mark.parametrize("y", [[0.0], [1.0] * 30, [0.0, 1.0] * 10])
def test_any_levels_and_any_responses_are_learned_from(levels, y):
    gp = model(levels)
    rng = np.random.default_rng(0)
    data = TrainingData(torch.from_numpy(rng.random((len(y), 2))), torch.tensor(y, dtype=torch.float64))
    fit = gp.fit(data)
    assert fit.note == ""
    assert len(fit.hyperparameters) == 3 + levels - 2
    mean, _ = gp.condition(data, fit.hyperparameters).marginals(data.X)
    assert bool(mean.isfinite().all())
