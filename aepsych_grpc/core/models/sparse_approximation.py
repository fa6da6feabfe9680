"""Expectation propagation through inducing points, at a cost of O(n m^2) a sweep.

Generalized FITC (Naish-Guzman & Holden 2007). With the prior f = m0 + V' w + e of `InducingPoints` and sites of
precision tau and natural mean nu, h = nu - tau m0 and the share g = 1 / (1 + lambda tau) of a residual that w may
explain,

    w ~ N(A^-1 V g h, A^-1),   A = I + V diag(g tau) V' = R R'

    mu = m0 + g (V' w + lambda h),   Sigma_ii = g lambda + g^2 |R^-1 v_i|^2

Nothing is divided by tau, and A's smallest eigenvalue is 1 whatever the data.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import blas, lapack

from aepsych_grpc.core.models.expectation_propagation import MIN_VARIANCE, Array, Sites, TiltedMoments, settle
from aepsych_grpc.core.models.inducing_points import InducingPoints

TOLERANCE = 1e-3
"""Of the marginals, where expectation propagation ends: finer than what inducing points leave out."""

EIGENVALUE_FLOOR = 1e-10
"""Added to the eigenvalues of I - A^-1, which rounding can take below 0: so much of the prior variance is explained."""


@dataclass(frozen=True, slots=True, eq=False)
class SparseApproximation:
    """The Gaussian approximation that given sites make.

    Attributes:
        inducing: The inducing points.
        sites: The sites it is made of.
        mean: mu, `n`.
        variance: Diagonal of Sigma, `n`.
        w: Mean of w, `m`.
        R: `m x m`, lower.
        log_determinant: log |I + S (V' V + diag(lambda))|.
    """

    inducing: InducingPoints
    sites: Sites
    mean: Array
    variance: Array
    w: Array
    R: Array
    log_determinant: float

    def weights(self) -> Array:
        """Return b = L^-T w, with which the mean at x is m0(x) + k(x, z) b; `m`."""
        weights: Array = blas.dtrsv(self.inducing.L, self.w, lower=1, trans=1)
        return weights

    def whitener(self) -> Array:
        """Return W = C' L^-1 with C C' = I - A^-1: what responses explain of k(x, x) is |W k(z, x)|^2; `m x m`."""
        R_inverse, _ = lapack.dtrtri(self.R, lower=1)
        explained = -R_inverse.T @ R_inverse
        explained.ravel()[:: len(explained) + 1] += 1 + EIGENVALUE_FLOOR
        C = np.linalg.cholesky(explained)
        return np.ascontiguousarray(blas.dtrsm(1.0, self.inducing.L, C.T, side=1, lower=1))


def sparse_approximation(inducing: InducingPoints, prior_mean: Array, sites: Sites) -> SparseApproximation:
    """Return the Gaussian approximation that given sites make.

    Raises:
        numpy.linalg.LinAlgError: The sites are not finite.
    """
    V, rest = inducing.V, inducing.rest
    share = 1 / (1 + rest * sites.tau)
    scaled = V * np.sqrt(share * sites.tau)
    A = scaled @ scaled.T
    A.ravel()[:: len(A) + 1] += 1
    R, failed = lapack.dpotrf(A.T, lower=1, clean=1, overwrite_a=1)
    if failed or not np.isfinite(R[-1, -1]):
        raise np.linalg.LinAlgError("The covariance of the sites is not positive definite.")
    shifted = sites.nu - sites.tau * prior_mean
    w = blas.dtrsv(R, blas.dtrsv(R, V @ (share * shifted), lower=1), lower=1, trans=1)
    mean = prior_mean + share * (w @ V + rest * shifted)
    told = blas.dtrsm(1.0, R, V, lower=1)
    variance = share * (rest + share * np.einsum("ij,ij->j", told, told))
    log_determinant = 2 * float(np.log(R.diagonal()).sum()) - float(np.log(share).sum())
    return SparseApproximation(inducing, sites, mean, np.maximum(variance, MIN_VARIANCE), w, R, log_determinant)


def sparse_expectation_propagation(
    inducing: InducingPoints,
    prior_mean: Array,
    tilted: TiltedMoments,
    *,
    start: Sites | None = None,
    tolerance: float = TOLERANCE,
) -> tuple[SparseApproximation, bool]:
    """Approximate the posterior of the latent values, and say whether it settled; see `settle`."""
    variance = np.einsum("ij,ij->j", inducing.V, inducing.V) + inducing.rest
    found, converged, _ = settle(
        lambda sites: sparse_approximation(inducing, prior_mean, sites),
        prior_mean,
        variance,
        tilted,
        start=start,
        tolerance=tolerance,
    )
    return found, converged
