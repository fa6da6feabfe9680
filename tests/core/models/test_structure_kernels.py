"""The kernels of structures against what they claim to be: sampled functions, integrals by quadrature, sums."""

import itertools

import numpy as np
import pytest
import torch

from aepsych_grpc.core.models.additive_kernel import AdditiveKernel
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.centred_effect import effect, effect_variance
from aepsych_grpc.core.models.rising_kernel import RisingKernel
from aepsych_grpc.core.models.semi_parametric_kernel import LEVEL_VARIANCE, SemiParametricKernel

NODES, WEIGHTS = (torch.from_numpy(values) for values in np.polynomial.legendre.leggauss(80))
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
"""Gauss-Legendre quadrature over the unit interval."""


def drawn(rng, mean, covariance, size):
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(covariance)))
    return mean + rng.standard_normal((size, len(root))) @ root.T


def test_the_semi_parametric_kernel_has_the_moments_of_slope_times_distance_from_threshold():
    kernel = SemiParametricKernel((False, False, True), 1)
    value = {
        "threshold_lengthscale_0": 0.4,
        "threshold_lengthscale_2": 0.8,
        "slope_lengthscale_0": 0.7,
        "slope_lengthscale_2": 1.1,
        "threshold_variance": 0.07,
        "log_slope_variance": 0.2,
        "slope": 6.0,
    }
    assert kernel.hyperprior.names == tuple(value)
    theta = np.log(list(value.values()))
    X = np.array([[0.1, 0.9, 0.25], [0.2, 0.2, 0.25], [0.5, 0.6, 0.75], [0.9, 0.0, 0.75], [0.9, 1.0, 0.25]])
    apart = np.stack([(X[:, None, 0] - X[:, 0]) ** 2, X[:, None, 2] != X[:, 2]])

    def smooth(of):
        precisions = [value[f"{of}_lengthscale_0"] ** -2, value[f"{of}_lengthscale_2"] ** -2]
        return np.exp(-0.5 * np.tensordot(precisions, apart, 1))

    rng, size = np.random.default_rng(0), 1_000_000
    threshold = drawn(rng, 0.5, LEVEL_VARIANCE + 0.07 * smooth("threshold"), size)
    slope = 6.0 * np.exp(drawn(rng, -0.1, 0.2 * smooth("slope"), size))
    f = slope * (X[:, 1] - threshold)
    points = torch.from_numpy(X)
    np.testing.assert_allclose(kernel.mean(theta, points), f.mean(0), atol=5 * f.std() / size**0.5)
    np.testing.assert_allclose(kernel.covariance(theta, points, points), np.cov(f.T), atol=0.02 * f.var())


def test_without_a_context_the_semi_parametric_field_is_one_line():
    kernel = SemiParametricKernel((False,), 0)
    theta = kernel.hyperprior.centre
    line = torch.tensor([[0.0], [0.3], [1.0]], dtype=torch.float64)
    K = kernel.covariance(theta, line, line)
    assert torch.linalg.matrix_rank(K, rtol=1e-9).item() == 2


@pytest.mark.parametrize("lengthscale", [0.05, 0.5, 3.0])
def test_a_centred_effect_is_a_smooth_function_given_that_its_integral_is_0(lengthscale):
    x, z = torch.tensor([0.0, 0.3, 1.0], dtype=torch.float64), torch.tensor([0.2, 0.9], dtype=torch.float64)

    def smooth(a, b):
        return torch.exp(-0.5 * (a[:, None] - b).square() / lengthscale**2)

    M = WEIGHTS @ smooth(NODES, NODES) @ WEIGHTS
    given = smooth(x, z) - torch.outer(smooth(x, NODES) @ WEIGHTS, smooth(z, NODES) @ WEIGHTS) / M
    torch.testing.assert_close(effect(x, z, lengthscale, 0) * (1 - M), given, atol=1e-7, rtol=1e-5)
    assert (effect(x, NODES, lengthscale, 0) @ WEIGHTS).abs().max().item() == pytest.approx(0, abs=1e-6)
    assert (effect_variance(NODES, lengthscale, 0) @ WEIGHTS).item() == pytest.approx(0.98, abs=0.021)


@pytest.mark.parametrize("categories", [2, 3, 7])
def test_a_centred_effect_of_categories_has_average_0_and_variance_1(categories):
    codes = (torch.arange(categories, dtype=torch.float64) + 0.5) / categories
    U = effect(codes, codes, 0.5, categories)
    torch.testing.assert_close(U.sum(1), torch.zeros(categories, dtype=torch.float64))
    torch.testing.assert_close(U.diagonal(), effect_variance(codes, 0.5, categories))
    assert U.diagonal().mean().item() == pytest.approx(1)


def test_a_single_category_has_no_effect():
    code = torch.tensor([0.5], dtype=torch.float64)
    assert effect(code, code, 0.5, 1).item() == effect_variance(code, 0.5, 1).item() == 0


def test_the_additive_kernel_is_a_sum_over_all_sets_of_coordinates():
    kernel = AdditiveKernel((0, 3, 0))
    rng = np.random.default_rng(0)
    theta = kernel.hyperprior.centre + rng.standard_normal(7)
    lengthscales, a, r = np.exp(theta[:3]), np.exp(theta[3:6]), np.exp(theta[6])
    X, Z = (torch.from_numpy(rng.random((count, 3))) for count in (5, 4))
    X[:, 1], Z[:, 1] = torch.floor(3 * X[:, 1]) / 3, torch.floor(3 * Z[:, 1]) / 3
    U = [a[j] * effect(X[:, j], Z[:, j], lengthscales[j], kernel.categories[j]) for j in range(3)]
    expected = 2 + sum(
        r ** (size - 1) * torch.stack([U[j] for j in some]).prod(0)
        for size in (1, 2, 3)
        for some in itertools.combinations(range(3), size)
    )
    torch.testing.assert_close(kernel.covariance(theta, X, Z), expected)


def test_an_effect_is_the_average_over_all_other_coordinates():
    kernel = AdditiveKernel((0, 0))
    theta = np.log([0.3, 0.6, 1.5, 0.7, 0.9])
    at = torch.tensor([0.1, 0.8], dtype=torch.float64)
    lines = torch.cat([torch.stack([torch.full_like(NODES, value.item()), NODES], 1) for value in at])
    K = kernel.covariance(theta, lines, lines).reshape(2, 80, 2, 80)
    averaged = torch.einsum("iajb,a,b->ij", K, WEIGHTS, WEIGHTS)
    torch.testing.assert_close(averaged, 2 + 1.5 * effect(at, at, 0.3, 0), atol=1e-8, rtol=0)


def test_linear_intensity_is_a_line_and_a_smooth_threshold():
    kernel = RisingKernel(ArdKernel((False,)), (0,), 1, 2)
    theta = np.log([0.4, 3.0, 7.0])
    X = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(kernel.mean(theta, X), 7 * (X[:, 1] - 0.5))
    threshold = 2 + 3 * torch.exp(-0.5 * ((X[:, None, 0] - X[:, 0]) / 0.4).square())
    torch.testing.assert_close(kernel.covariance(theta, X, X), threshold)
