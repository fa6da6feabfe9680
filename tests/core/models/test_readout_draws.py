"""Draws of the Laplace approximation against a Gaussian whose answer is known."""

import numpy as np

from aepsych_grpc.core.models.hyperprior import BOX
from aepsych_grpc.core.models.readout import PAIRS, laplace_draws


def gaussian_gradient(precision, optimum):
    return lambda t: -precision @ (t - optimum)


def test_draws_are_antithetic_and_spread_like_the_gaussian():
    precision = np.array([[5.0, 2.0], [2.0, 3.0]])
    optimum = np.array([0.3, -0.4])
    draws = laplace_draws(gaussian_gradient(precision, optimum), optimum)
    assert draws.shape == (2 * PAIRS, 2)
    np.testing.assert_allclose(draws[:PAIRS] + draws[PAIRS:], np.broadcast_to(2 * optimum, (PAIRS, 2)), atol=1e-12)
    # Whitened by the true precision, the offsets are the fixed standard normal numbers, rotated.
    whitened = (draws[:PAIRS] - optimum) @ np.linalg.cholesky(precision)
    fixed = laplace_draws(gaussian_gradient(np.eye(2), np.zeros(2)), np.zeros(2))[:PAIRS]
    np.testing.assert_allclose(np.linalg.norm(whitened, axis=1), np.linalg.norm(fixed, axis=1), rtol=1e-6)


def test_flat_and_falling_directions_do_not_run_away():
    draws = laplace_draws(gaussian_gradient(np.diag([-4.0, 1e-9]), np.zeros(2)), np.zeros(2))
    limit = laplace_draws(gaussian_gradient(0.5 * np.eye(2), np.zeros(2)), np.zeros(2))
    np.testing.assert_allclose(np.sort(np.abs(draws), 0), np.sort(np.abs(limit), 0), rtol=1e-6)


def test_draws_stay_in_the_box():
    optimum = np.array([BOX, -BOX])
    draws = laplace_draws(gaussian_gradient(np.eye(2), optimum), optimum)
    assert np.abs(draws).max() <= BOX
