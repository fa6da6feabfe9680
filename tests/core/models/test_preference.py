"""Gaussian process preference: the kernel of differences, and utilities relative to the average stimulus."""

import numpy as np
import pytest
import torch
from scipy.special import ndtr

from aepsych_grpc.config import outcome
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.sobol import sobol_points

KERNELS = [ArdKernel((False, True)), IntensityKernel((True, False), 1)]
REFERENCE = sobol_points(2, 64, seed=0)
ENTRY = MODELS["gp_preference"]
MODEL = ENTRY.build(
    ModelContext(
        d=2,
        intensity=None,
        categorical=(False, False),
        outcome=outcome.Choice(),
        reference=REFERENCE,
    ),
    ENTRY.options(),
)
THETA = tuple((MODEL.differences.kernel.hyperprior.centre + np.array([0.1, -0.2, 0.3])).tolist())


def pairs(n, seed=0):
    """Pairs of stimuli of which the first coordinate has two categories' worth of values."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.random((n, 4)).round(1))


def utility(X):
    return 3 * np.sin(3 * X[:, 0]) + 2 * X[:, 1]


def choices(n, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 4))
    y = rng.random(n) < ndtr(utility(X[:, 2:]) - utility(X[:, :2]))
    return TrainingData(torch.from_numpy(X), torch.from_numpy(y.astype(float)))


@pytest.mark.parametrize("kernel", KERNELS)
def test_differences_follow_from_the_utilities_kernel(kernel):
    theta = kernel.hyperprior.centre + 0.1
    X, Z = pairs(100), pairs(9, seed=1)
    difference = DifferenceKernel(kernel)
    (a, b), (c, e) = X.split(2, 1), Z.split(2, 1)
    k = lambda one, other: kernel.covariance(theta, one, other)  # noqa: E731  # as in the formula
    torch.testing.assert_close(difference.covariance(theta, X, Z), k(a, c) - k(a, e) - k(b, c) + k(b, e))
    torch.testing.assert_close(
        difference.variance(theta, X), difference.covariance(theta, X, X).diagonal(), atol=1e-10, rtol=0
    )
    torch.testing.assert_close(difference.mean(theta, X), kernel.mean(theta, b) - kernel.mean(theta, a))


@pytest.mark.parametrize("kernel", KERNELS)
def test_training_moments_agree_with_the_kernel_and_their_gradient_with_differences(kernel):
    difference, X = DifferenceKernel(kernel), pairs(12)
    theta, rng = kernel.hyperprior.centre + 0.1, np.random.default_rng(2)
    moments = difference.on(X.numpy())
    K = difference.covariance(theta, X, X).numpy() + 1e-6 * np.eye(len(X))
    np.testing.assert_allclose(moments(theta).K, K, atol=1e-10)
    np.testing.assert_allclose(moments(theta).mean, difference.mean(theta, X).numpy(), atol=1e-12)
    G, b = rng.normal(size=(12, 12)), rng.normal(size=12)

    def weighted(theta):
        found = moments(theta)
        return (G * found.K).sum() + b @ found.mean

    steps = 1e-5 * np.eye(len(theta))
    expected = [(weighted(theta + step) - weighted(theta - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(moments(theta).gradient(G.copy(), b), expected, atol=1e-6)


def test_the_gradient_of_the_evidence_is_exact():
    data, gp = choices(25), MODEL.differences
    prior, theta = gp.kernel.on(data.X.numpy()), np.array(THETA)

    def at(theta):
        return evidence(prior, theta, gp.likelihood(data.y)(theta).tilted, start=None, tolerance=1e-10)

    steps = 1e-4 * np.eye(3)
    expected = [(at(theta + step).value - at(theta - step).value) / 2e-4 for step in steps]
    np.testing.assert_allclose(at(theta).gradient, expected, atol=1e-5)


def test_turning_a_pair_and_its_choice_round_changes_nothing():
    data = choices(30)
    turned = TrainingData(data.X[:, [2, 3, 0, 1]], 1 - data.y)
    X = torch.from_numpy(np.random.default_rng(4).random((20, 2)))
    for one, other in zip(MODEL.readout(data, THETA)[:2], MODEL.readout(turned, THETA)[:2], strict=True):
        torch.testing.assert_close(one.marginals(X), other.marginals(X), atol=1e-3, rtol=1e-3)


def test_utilities_and_differences_are_one_belief():
    data = choices(30)
    belief = MODEL.readout(data, THETA)[0]
    X = torch.from_numpy(np.random.default_rng(4).random((20, 2)))
    mean, covariance = belief.joint(X)
    of_pairs = belief.pairs.marginals(torch.cat([X[:10], X[10:]], 1))
    torch.testing.assert_close(mean[10:] - mean[:10], of_pairs[0])
    spread = covariance.diagonal()[:10] + covariance.diagonal()[10:] - 2 * covariance[:10, 10:].diagonal()
    torch.testing.assert_close(spread, of_pairs[1])
    marginals = belief.marginals(X)
    torch.testing.assert_close(marginals[0], mean)
    torch.testing.assert_close(marginals[1], covariance.diagonal())
    torch.testing.assert_close(belief.covariance(X[:4], X), covariance[:4], atol=1e-8, rtol=0)


def test_utilities_are_relative_to_the_average():
    belief = MODEL.readout(choices(10), THETA)[0]
    mean, covariance = belief.joint(REFERENCE)
    assert mean.mean().item() == pytest.approx(0, abs=1e-9)
    assert covariance.mean().item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("same", [True, False])
def test_awkward_choices_are_learned_from(same):
    X = pairs(20)
    if same:
        X[:, 2:] = X[:, :2]
    for n in (1, 20):
        data = TrainingData(X[:n], torch.ones(n, dtype=torch.float64))
        fit = MODEL.fit(data)
        assert fit.note == ""
        for belief in MODEL.readout(data, fit.hyperparameters):
            mean, variance = belief.marginals(X[:, :2])
            assert bool(mean.isfinite().all())
            assert bool((variance > 0).all())


def test_utilities_are_found():
    data = choices(200)
    beliefs = MODEL.readout(data, MODEL.fit(data).hyperparameters)
    Z = np.random.default_rng(5).random((100, 2))
    found = torch.stack([belief.marginals(torch.from_numpy(Z))[0] for belief in beliefs]).mean(0).numpy()
    expected = utility(Z) - utility(REFERENCE.numpy()).mean()
    assert np.corrcoef(found, expected)[0, 1] > 0.97
    assert np.sqrt(np.mean((found - expected) ** 2)) < 0.4
