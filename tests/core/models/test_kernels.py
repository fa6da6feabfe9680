"""Kernels: the two evaluations agree with each other, with the formula and with their own derivatives."""

import numpy as np
import pytest
import torch

from aepsych_grpc.core.models.additive_kernel import AdditiveKernel
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.rising_kernel import RisingKernel
from aepsych_grpc.core.models.semi_parametric_kernel import SemiParametricKernel

PLAIN, MIXED = (False, False, False), (False, True, False)
WRITTEN_OUT = [
    ArdKernel(PLAIN),
    ArdKernel(MIXED),
    ArdKernel((False,)),
    IntensityKernel(PLAIN, 0),
    IntensityKernel(MIXED, 2),
    IntensityKernel((False,), 0),
]
"""Those of which `by_the_formula` knows the formula; the others' own tests hold theirs."""

KERNELS = [
    *WRITTEN_OUT,
    RisingKernel(ArdKernel((False, True)), (2, 1), 0, 3),
    RisingKernel(ArdKernel(()), (), 0, 1),
    SemiParametricKernel(PLAIN, 0),
    SemiParametricKernel(MIXED, 2),
    SemiParametricKernel((False,), 0),
    AdditiveKernel((0, 0, 0)),
    AdditiveKernel((0, 3, 0)),
    AdditiveKernel((0,)),
    RisingKernel(AdditiveKernel((0, 3, 0)), (0, 1, 2), 2, 3),
]


def points(kernel, n, seed=0):
    """Points whose middle coordinate, of three, has three categories' worth of values."""
    X = np.random.default_rng(seed).random((n, kernel.d))
    X[:, 1:2] = (np.floor(3 * X[:, 1:2]) + 0.5) / 3
    return X


def somewhere(kernel, seed=1):
    hyperprior = kernel.hyperprior
    return hyperprior.centre + 0.7 * hyperprior.sd * np.random.default_rng(seed).standard_normal(len(hyperprior.sd))


def by_the_formula(kernel, theta, x, z):
    """The covariance of two points, written out."""
    value = dict(zip(kernel.hyperprior.names, np.exp(theta), strict=True))

    def apart(j):
        return float(x[j] != z[j]) if kernel.categorical[j] else (x[j] - z[j]) ** 2

    rest = sum(apart(j) / value[f"lengthscale_{j}"] ** 2 for j in range(kernel.d))
    covariance = 2 + value["variance"] * np.exp(-rest / 2)
    if isinstance(kernel, IntensityKernel):
        context = sum(apart(j) / value[f"context_lengthscale_{j}"] ** 2 for j in kernel.context)
        i, j = x[kernel.intensity] - 0.5, z[kernel.intensity] - 0.5
        line = value["threshold_variance"] + value["slope"] ** 2 * value["slope_variance"] * i * j
        covariance += line * np.exp(-context / 2)
    return covariance


@pytest.mark.parametrize("kernel", WRITTEN_OUT, ids=repr)
def test_covariance_is_the_formula(kernel):
    theta, X, Z = somewhere(kernel), points(kernel, 6), points(kernel, 5, seed=3)
    found = kernel.covariance(theta, torch.from_numpy(X), torch.from_numpy(Z)).numpy()
    expected = [[by_the_formula(kernel, theta, x, z) for z in Z] for x in X]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_training_moments_agree_with_prediction(kernel):
    theta, X = somewhere(kernel), points(kernel, 8)
    moments, XT = kernel.on(X)(theta), torch.from_numpy(X)
    np.testing.assert_allclose(moments.K - 1e-6 * np.eye(8), kernel.covariance(theta, XT, XT).numpy(), rtol=1e-10)
    np.testing.assert_allclose(moments.K.diagonal() - 1e-6, kernel.variance(theta, XT).numpy(), rtol=1e-10)
    np.testing.assert_allclose(moments.mean, kernel.mean(theta, XT).numpy(), rtol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_gradient_agrees_with_finite_differences(kernel):
    rng = np.random.default_rng(5)
    theta, at = somewhere(kernel), kernel.on(points(kernel, 7))
    G, b = rng.standard_normal((7, 7)), rng.standard_normal(7)

    def contraction(t):
        moments = at(t)
        return (G * moments.K).sum() + b @ moments.mean

    steps = 1e-5 * np.eye(len(theta))
    expected = [(contraction(theta + step) - contraction(theta - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(at(theta).gradient(G.copy(), b), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_covariances_are_positive_semidefinite_far_from_the_centre_too(kernel):
    X = torch.from_numpy(np.concatenate([points(kernel, 20), points(kernel, 5)]))
    for sign in (-2.5, 0, 2.5):
        theta = kernel.hyperprior.centre + sign * kernel.hyperprior.sd
        values = np.linalg.eigvalsh(kernel.covariance(theta, X, X).numpy())
        assert values[0] > -1e-10 * values[-1]
        assert (kernel.variance(theta, X) > 0).all()


def test_categories_do_not_depend_on_their_order():
    kernel = ArdKernel((True,))
    codes = torch.tensor([[0.0], [0.5], [1.0]], dtype=torch.float64)
    K = kernel.covariance(kernel.hyperprior.centre, codes, codes)
    off_diagonal = K[~torch.eye(3, dtype=torch.bool)]
    assert off_diagonal.max().item() == off_diagonal.min().item() < K[0, 0].item()


@pytest.mark.parametrize(
    "kernel",
    [
        ArdKernel(PLAIN),
        IntensityKernel(PLAIN, 0),
        RisingKernel(ArdKernel((False, False)), (2, 1), 0, 3),
        SemiParametricKernel(PLAIN, 1),
        AdditiveKernel((0, 0, 0)),
    ],
    ids=repr,
)
def test_gradients_by_the_points_are_right(kernel):
    X = torch.from_numpy(points(kernel, 3)).requires_grad_()
    Z = torch.from_numpy(points(kernel, 4, seed=9))
    theta = somewhere(kernel)
    for of in (lambda points: kernel.covariance(theta, points, Z), lambda points: kernel.mean(theta, points)):
        assert torch.autograd.gradcheck(of, (X,))
    if kernel.variance(theta, X).requires_grad:
        assert torch.autograd.gradcheck(lambda points: kernel.variance(theta, points), (X,))


@pytest.mark.parametrize(("categorical", "intensity"), [((True, False), 0), ((False,), 1), ((False,), -1)])
@pytest.mark.parametrize("kernel", [IntensityKernel, SemiParametricKernel])
def test_an_impossible_intensity_is_refused(kernel, categorical, intensity):
    with pytest.raises(ValueError, match="cannot be an intensity"):
        kernel(categorical, intensity)


def test_a_line_needs_coordinates_that_exist():
    with pytest.raises(ValueError, match="1 coordinates for a kernel of 2"):
        RisingKernel(ArdKernel((False, False)), (1,), 0, 3)
    with pytest.raises(ValueError, match="intensity 3"):
        RisingKernel(ArdKernel((False,)), (1,), 3, 3)


def test_a_line_names_hyperparameters_by_the_point_s_coordinates():
    names = RisingKernel(ArdKernel((False, False)), (2, 1), 0, 3).hyperprior.names
    assert names == ("lengthscale_2", "lengthscale_1", "variance", "slope")
