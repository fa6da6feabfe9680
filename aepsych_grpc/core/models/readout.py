"""Draws from the hyperparameters' posterior, to average over what is not known of them."""

from collections.abc import Callable

import numpy as np

from aepsych_grpc.core.models.expectation_propagation import Array
from aepsych_grpc.core.models.hyperprior import BOX

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


def laplace_draws(gradient: Callable[[Array], Array], optimum: Array) -> Array:
    """Draw hyperparameters from the Laplace approximation at the optimum, in standard units.

    The Hessian comes from central differences of the gradient. Draws are antithetic pairs, from fixed standard normal
    numbers: the same optimum gives the same draws, and their mean is the optimum but for the box.

    Returns:
        `16 x p`.
    """
    p = len(optimum)
    curvatures, directions = np.linalg.eigh(curvature(gradient, optimum))
    spread = directions / np.sqrt(np.maximum(curvatures, CURVATURE_FLOOR))
    offsets = np.random.Generator(np.random.PCG64(SEED)).standard_normal((PAIRS, p)) @ spread.T
    draws: Array = np.clip(np.concatenate([optimum + offsets, optimum - offsets]), -BOX, BOX)
    return draws
