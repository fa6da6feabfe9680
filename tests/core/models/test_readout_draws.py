"""Draws of the Laplace approximation against Gaussians whose answer is known."""

import numpy as np
import pytest
import torch

from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.expectation_propagation import Sites, approximation
from aepsych_grpc.core.models.hyperprior import BOX
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.observed import Observed
from aepsych_grpc.core.models.readout import PAIRS, curvature, fisher_curvature, laplace_draws


@pytest.mark.parametrize("kernel", [ArdKernel((False, False)), IntensityKernel((False, False), intensity=0)])
def test_expected_curvature_is_that_of_the_divergence_between_priors(kernel):
    """KL(N(m, C) | N(m', C')) bends by the Fisher information where the two are the same."""
    rng = np.random.default_rng(0)
    X, noise = torch.from_numpy(rng.random((12, 2))), rng.uniform(0.5, 2.0, 12)
    prior, (centre, sd) = Observed(X).on(kernel), (kernel.hyperprior.centre, kernel.hyperprior.sd)
    here = prior(centre)
    C = here.K + np.diag(noise)

    def divergence(t):
        there = prior(centre + sd * t)
        other = there.K + np.diag(noise)
        residual = there.mean - here.mean
        inverse = np.linalg.inv(other)
        determinants = np.linalg.slogdet(other)[1] - np.linalg.slogdet(C)[1]
        return 0.5 * (np.trace(inverse @ C) + residual @ inverse @ residual - len(X) + determinants)

    p, h = len(centre), 1e-3
    steps = np.eye(p) * h
    hessian = np.array(
        [
            [
                sum(a * b * divergence(a * steps[i] + b * steps[j]) for a in (-1, 1) for b in (-1, 1)) / (4 * h * h)
                for j in range(p)
            ]
            for i in range(p)
        ]
    )
    found = approximation(here.K, here.mean, Sites(np.zeros(12), 1 / noise))
    bend = fisher_curvature(prior, centre, sd, found.L_inverse * np.sqrt(1 / noise))
    np.testing.assert_allclose(bend, np.eye(p) + hessian, rtol=0.05, atol=5e-3)


def test_another_stream_draws_others():
    one, other = (laplace_draws(np.eye(3), np.zeros(3), 2, stream) for stream in (1, 2))
    assert one.shape == (4, 3)
    assert not np.isclose(one, other).any()


def test_curvature_is_that_of_a_gaussian():
    precision, optimum = np.array([[5.0, 2.0], [2.0, 3.0]]), np.array([0.3, -0.4])
    np.testing.assert_allclose(curvature(lambda t: -precision @ (t - optimum), optimum), precision, rtol=1e-9)


def test_draws_are_antithetic_and_spread_like_the_gaussian():
    precision = np.array([[5.0, 2.0], [2.0, 3.0]])
    optimum = np.array([0.3, -0.4])
    draws = laplace_draws(precision, optimum)
    assert draws.shape == (2 * PAIRS, 2)
    np.testing.assert_allclose(draws[:PAIRS] + draws[PAIRS:], np.broadcast_to(2 * optimum, (PAIRS, 2)), atol=1e-12)
    # Whitened by the true precision, the offsets are the fixed standard normal numbers, rotated.
    whitened = (draws[:PAIRS] - optimum) @ np.linalg.cholesky(precision)
    fixed = laplace_draws(np.eye(2), np.zeros(2))[:PAIRS]
    np.testing.assert_allclose(np.linalg.norm(whitened, axis=1), np.linalg.norm(fixed, axis=1), rtol=1e-6)


def test_flat_and_falling_directions_do_not_run_away():
    draws = laplace_draws(np.diag([-4.0, 1e-9]), np.zeros(2))
    limit = laplace_draws(0.5 * np.eye(2), np.zeros(2))
    np.testing.assert_allclose(np.sort(np.abs(draws), 0), np.sort(np.abs(limit), 0), rtol=1e-6)


def test_draws_stay_in_the_box():
    optimum = np.array([BOX, -BOX])
    draws = laplace_draws(np.eye(2), optimum)
    assert np.abs(draws).max() <= BOX
