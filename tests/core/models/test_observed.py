"""Weighted sums of the field's values: their prior, by sampling and by finite differences."""

import numpy as np
import pytest
import torch

from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.observed import Functionals, Observed

KERNELS = [
    ArdKernel((False, True)),
    IntensityKernel((True, False), 1),
    DifferenceKernel(ArdKernel((False,))),
]
WEIGHTS = torch.tensor([[1, -1, 0, 0], [0, 0, 20, -20], [0.5, 0.5, 0, 0]], dtype=torch.float64)


def points(n, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).random((n, 2)).round(1))


def observed():
    return Observed(points(5, seed=1), Functionals(points(4), WEIGHTS))


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_prior_is_that_of_sums_of_drawn_fields(kernel):
    theta = kernel.hyperprior.centre + 0.1
    X, seen = points(6, seed=2), observed()
    everywhere = torch.cat([seen.points, X])
    K = kernel.covariance(theta, everywhere, everywhere).numpy() + 1e-6 * np.eye(15)
    draws = np.random.default_rng(3).standard_normal((400_000, 15)) @ np.linalg.cholesky(K).T
    draws += kernel.mean(theta, everywhere).numpy()
    u = np.hstack([draws[:, :4] @ WEIGHTS.numpy().T, draws[:, 4:9]])
    mean, found = seen.moments(kernel, theta)
    spread = np.sqrt(found.diagonal())
    np.testing.assert_allclose(mean / spread, u.mean(0) / spread, atol=0.01)
    np.testing.assert_allclose(found / np.outer(spread, spread), np.cov(u.T) / np.outer(spread, spread), atol=0.01)
    with_f = (draws[:, 9:] - draws[:, 9:].mean(0)).T @ (u - u.mean(0)) / len(u)
    scale = np.outer(draws[:, 9:].std(0), spread)
    np.testing.assert_allclose(seen.covariance(kernel, theta, X).numpy() / scale, with_f / scale, atol=0.01)


@pytest.mark.parametrize("kernel", KERNELS)
def test_training_moments_agree_and_their_gradient_with_differences(kernel):
    theta, rng, seen = kernel.hyperprior.centre + 0.1, np.random.default_rng(2), observed()
    moments = seen.on(kernel)
    mean, K = seen.moments(kernel, theta)
    if not isinstance(kernel, DifferenceKernel):  # a difference has the rounding of two values in training
        np.testing.assert_allclose(moments(theta).K, K, atol=1e-9)
    np.testing.assert_allclose(moments(theta).K, K, atol=1e-3)
    np.testing.assert_allclose(moments(theta).mean, mean, atol=1e-12)
    G, b = rng.normal(size=(8, 8)), rng.normal(size=8)

    def weighted(theta):
        found = moments(theta)
        return (G * found.K).sum() + b @ found.mean

    steps = 1e-5 * np.eye(len(theta))
    expected = np.array([(weighted(theta + step) - weighted(theta - step)) / 2e-5 for step in steps])
    np.testing.assert_allclose(moments(theta).gradient(G.copy(), b), expected, rtol=1e-6, atol=1e-4)


def test_values_alone_are_the_kernel_s_own():
    kernel, X = KERNELS[0], points(5)
    theta, plain = kernel.hyperprior.centre, Observed(X)
    assert plain.points is X
    assert torch.equal(plain.covariance(kernel, theta, X), kernel.covariance(theta, X, X))
