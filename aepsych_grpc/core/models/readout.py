"""Draws from the hyperparameters' posterior, to average over what is not known of them."""

from collections.abc import Callable

import numpy as np

from aepsych_grpc.core.models.expectation_propagation import Array
from aepsych_grpc.core.models.hyperprior import BOX
from aepsych_grpc.core.models.kernel import Log, PriorMoments

PAIRS = 8
STEP = 0.01
SEED = 20060
CURVATURE_FLOOR = 0.5
"""Smallest curvature in standard units, where the prior's own is 1: no draw strays further than sqrt(2) prior sds."""


def curvature(gradient: Callable[[Array], Array], place: Array) -> Array:
    """Return minus the Hessian at a place, from central differences of the gradient; `p x p`, symmetric."""
    p = len(place)
    hessian = np.empty((p, p))
    for j in range(p):
        step = np.zeros(p)
        step[j] = STEP
        hessian[j] = (gradient(place - step) - gradient(place + step)) / (2 * STEP)
    symmetric: Array = 0.5 * (hessian + hessian.T)
    return symmetric


def log_laplace_integral(height: Callable[[Array], float], optimum: Array, curvature: Array) -> float:
    """Return log of the integral of evidence times prior, by Laplace's approximation at their maximum.

        height(t) - 1/2 log |H|

    in standard units, where the prior's normalizer cancels the (2 pi)^(p/2) of the Gaussian integral. (MacKay 2003,
    Information Theory, Inference, and Learning Algorithms, section 28.1.) Along an eigenvector of H where the top is
    flatter than CURVATURE_FLOOR, as between two modes side by side, the curvature is that of the parabola through the
    heights at the maximum and one prior standard deviation to both sides.

    Args:
        height: log evidence - t' t / 2.
        optimum: Where it is highest, `p`.
        curvature: H, minus the Hessian of the height there, `p x p`.
    """
    top = height(optimum)
    values, directions = np.linalg.eigh(curvature)
    for j in np.flatnonzero(values < CURVATURE_FLOOR):
        values[j] = 2 * top - height(optimum + directions[:, j]) - height(optimum - directions[:, j])
    return top - 0.5 * float(np.log(np.maximum(values, CURVATURE_FLOOR)).sum())


def fisher_curvature(prior: Callable[[Log], PriorMoments], theta: Array, sd: Array, whitener: Array) -> Array:
    """Return the curvature that responses like these are expected to give, in standard units; `p x p`.

        H = I + F,   F_ij = 1/2 tr(R dK_i R dK_j) + dm_i' R dm_j,   R = W' W

    (The Fisher information of a Gaussian with the covariance K + S^-1 of the sites, S held; Rasmussen & Williams 2006,
    section 5.4.) It is never indefinite, and takes one product of matrices a hyperparameter where differences of the
    evidence's gradient take two runs of expectation propagation.

    Args:
        prior: Moments of the latent values as a function of log hyperparameters.
        theta: Their logarithms, `p`.
        sd: The prior's standard deviations, `p`.
        whitener: W of the belief, `n x n`.
    """
    here = prior(theta)
    R = whitener.T @ whitener
    means, products = [], []
    for j, step in enumerate(STEP * sd):
        there = theta.copy()
        there[j] += step
        moved = prior(there)
        means.append((moved.mean - here.mean) / STEP)
        products.append(R @ ((moved.K - here.K) / STEP))
    p, M, A = len(theta), np.stack(means), np.stack(products)
    traces = A.reshape(p, -1) @ A.transpose(0, 2, 1).reshape(p, -1).T
    information: Array = np.eye(p) + 0.5 * traces + M @ R @ M.T
    return information


def laplace_draws(curvature: Array, optimum: Array, pairs: int = PAIRS, stream: int = 0) -> Array:
    """Draw hyperparameters from the Laplace approximation at the optimum, in standard units.

    Draws are antithetic pairs, from the standard normal numbers of a stream: the same optimum gives the same draws,
    and their mean is the optimum but for the box.

    Args:
        curvature: Minus the Hessian of log evidence + log prior there, `p x p`.
        optimum: Where it is highest, `p`.
        pairs: How many, at most PAIRS.
        stream: Which random numbers; 0 for those of the read-out.

    Returns:
        `2 pairs x p`.
    """
    p = len(optimum)
    curvatures, directions = np.linalg.eigh(curvature)
    spread = directions / np.sqrt(np.maximum(curvatures, CURVATURE_FLOOR))
    offsets = np.random.Generator(np.random.PCG64(SEED + stream)).standard_normal((PAIRS, p))[:pairs] @ spread.T
    draws: Array = np.clip(np.concatenate([optimum + offsets, optimum - offsets]), -BOX, BOX)
    return draws
