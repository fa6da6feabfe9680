"""Gaussian process regression: exact, and indifferent to the unit of the responses."""

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.models.model import TrainingData

ENTRY = MODELS["gp_regression"]
MODEL = ENTRY.build(
    ModelContext(
        d=2,
        intensity=None,
        categorical=(False, False),
        outcome=outcome.Continuous(),
        reference=torch.empty(0, 2),
    ),
    ENTRY.options(),
)
THETA = tuple((MODEL.hyperprior.centre + np.array([0.2, -0.3, 0.4, -0.5])).tolist())


def reaction_times(n, seed=0, noise=10.0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 2))
    y = 300 + 50 * np.sin(4 * X[:, 0]) + 30 * X[:, 1] + noise * rng.standard_normal(n)
    return TrainingData(torch.from_numpy(X), torch.from_numpy(y))


def covariance(X, Z, theta=THETA):
    first, second, variance, _ = np.exp(theta)
    distance = ((X[:, None] - Z) / [first, second]) ** 2
    return 2 + variance * np.exp(-0.5 * distance.sum(-1))


def noisy_covariance(X, theta=THETA):
    return covariance(X, X, theta) + (np.exp(2 * theta[3]) + 1e-6) * np.eye(len(X))


def test_the_belief_is_the_textbook_s():
    data = reaction_times(30)
    X, y = data.X.numpy(), data.y.numpy()
    Z = np.random.default_rng(5).random((20, 2))
    standardized = (y - y.mean()) / y.std()
    cross = covariance(Z, X) @ np.linalg.inv(noisy_covariance(X))
    belief = MODEL.condition(data, THETA)
    mean, found = belief.joint(torch.from_numpy(Z))
    np.testing.assert_allclose(mean.numpy(), cross @ standardized, atol=1e-8)
    np.testing.assert_allclose(found.numpy(), covariance(Z, Z) - cross @ covariance(X, Z), atol=1e-8)
    assert belief.converged


def test_the_evidence_is_exact_where_responses_are_next_to_impossible():
    X = np.repeat(np.random.default_rng(1).random((4, 2)), 5, axis=0)
    y = np.random.default_rng(2).standard_normal(20)
    data, theta = TrainingData(torch.from_numpy(X), torch.from_numpy(y)), (*THETA[:3], np.log(0.01))
    standardized = (y - y.mean()) / y.std()
    K = noisy_covariance(X, theta)
    expected = -0.5 * (
        standardized @ np.linalg.solve(K, standardized) + np.linalg.slogdet(K)[1] + 20 * np.log(2 * np.pi)
    )
    assert expected < -10_000
    assert MODEL.condition(data, theta).log_evidence == pytest.approx(expected, rel=1e-6)


def test_the_evidence_and_its_gradient_are_exact():
    data = reaction_times(25)
    X, y = data.X.numpy(), data.y.numpy()
    standardized = (y - y.mean()) / y.std()

    def exact(theta):
        K = noisy_covariance(X, theta)
        fit = standardized @ np.linalg.solve(K, standardized)
        return -0.5 * (fit + np.linalg.slogdet(K)[1] + len(X) * np.log(2 * np.pi))

    theta = np.array(THETA)
    prior, likelihood = MODEL.kernel.on(X), MODEL.likelihood(data.y)(theta)
    found = evidence(
        lambda at: prior(at[:3]),
        theta,
        likelihood.tilted,
        start=None,
        tolerance=1e-8,
        sensitivity=likelihood.sensitivity,
    )
    assert found.value == pytest.approx(exact(theta), abs=1e-8)
    steps = 1e-5 * np.eye(4)
    expected = [(exact(theta + step) - exact(theta - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(found.gradient, expected, atol=1e-5)


def test_the_noise_is_found():
    data = reaction_times(80)
    fit = MODEL.fit(data)
    response = MODEL.response_given(data, fit.hyperparameters)
    assert fit.note == ""
    assert response.noise_sd * response.scale == pytest.approx(10, rel=0.2)


def test_the_unit_of_the_responses_makes_no_difference():
    data = reaction_times(40)
    seconds = TrainingData(data.X, data.y / 1000 - 7)
    fits = [MODEL.fit(some) for some in (data, seconds)]
    np.testing.assert_allclose(fits[0].hyperparameters, fits[1].hyperparameters, atol=1e-5)
    Z = torch.from_numpy(np.random.default_rng(3).random((10, 2)))
    predictions = []
    for some in (data, seconds):
        response = MODEL.response_given(some, fits[0].hyperparameters)
        predictions.append(response.expected_mean(*MODEL.condition(some, fits[0].hyperparameters).marginals(Z)))
    torch.testing.assert_close(predictions[0] / 1000 - 7, predictions[1])


def test_a_readout_averages_over_the_noise_too():
    data = reaction_times(20)
    beliefs = MODEL.readout(data, MODEL.fit(data).hyperparameters)
    assert len({belief.response_theta for belief in beliefs}) == len(beliefs) == 16


def test_taking_a_trial_in_agrees_with_starting_anew():
    data = reaction_times(21)
    start = TrainingData(data.X[:20], data.y[:20])
    warm = MODEL.condition(data, THETA, MODEL.condition(start, THETA))
    torch.testing.assert_close(warm.weights, MODEL.condition(data, THETA).weights, atol=1e-7, rtol=1e-6)


@pytest.mark.parametrize(
    "y", [[3.0], [3.0, 3.0, 3.0], [0.0, 1e9], [1.0, 1.0, 1.0, 1e6], [1e-300, 2e-300], [-1e300, 1e300]]
)
def test_awkward_responses_are_learned_from(y):
    rng = np.random.default_rng(0)
    data = TrainingData(torch.from_numpy(rng.random((len(y), 2))), torch.tensor(y, dtype=torch.float64))
    fit = MODEL.fit(data)
    mean, variance = MODEL.condition(data, fit.hyperparameters).marginals(data.X)
    assert bool(mean.isfinite().all())
    assert bool((variance > 0).all())
