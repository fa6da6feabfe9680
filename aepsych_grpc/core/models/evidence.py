"""The log evidence as a function of the hyperparameters, with its gradient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from aepsych_grpc.core.models.expectation_propagation import (
    Approximation,
    Array,
    Sites,
    TiltedMoments,
    expectation_propagation,
    log_evidence,
)
from aepsych_grpc.core.models.kernel import Log, PriorMoments


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """log Z, its derivatives by the log hyperparameters, and the sites to start from nearby."""

    value: float
    gradient: Array
    sites: Sites


def evidence(
    prior: Callable[[Log], PriorMoments],
    theta: Log,
    tilted: TiltedMoments,
    *,
    start: Sites | None,
    tolerance: float,
    sensitivity: Callable[[Array, Array], Array] | None = None,
) -> Evidence:
    """Return the evidence at log hyperparameters: of the kernel, and of the response if it has any.

        dlog Z = 1/2 tr((b b' - R) dK) + b' dm0,  R = S^1/2 B^-1 S^1/2

    (Rasmussen & Williams 2006, eq. 5.27.) The sites' own change does not count: log Z is stationary in them at
    convergence. So a parameter of the response counts through the normalizers alone, cavities as they are:
    `sensitivity` maps their means and variances, `n`, to sum_i dlog Z_i / dtheta. Where a site's precision is clipped
    that holds only roughly, and so does the gradient.

    Raises:
        numpy.linalg.LinAlgError: the covariance is not finite.
    """
    moments = prior(theta)
    approximated = expectation_propagation(moments.K, moments.mean, tilted, start=start, tolerance=tolerance)
    gradient = moments.gradient(_covariance_sensitivity(approximated), approximated.weights)
    if sensitivity is not None:
        gradient = np.append(gradient, sensitivity(*approximated.cavities()))
    return Evidence(
        value=log_evidence(approximated, moments.mean, tilted),
        gradient=gradient,
        sites=approximated.sites,
    )


def _covariance_sensitivity(approximated: Approximation) -> Array:
    """Return dlog Z / dK: half of b b' - R, with R's upper triangle folded into its lower one."""
    root = np.sqrt(approximated.sites.tau)
    R, _ = lapack.dlauum(approximated.L_inverse, lower=1)
    R *= root
    R *= root[:, None]
    R.T.ravel()[:: len(R) + 1] *= 0.5
    b = approximated.weights
    G = np.outer(0.5 * b, b)
    G -= R
    return G
