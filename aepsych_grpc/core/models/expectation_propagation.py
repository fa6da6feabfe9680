"""Expectation propagation: a Gaussian approximation of the latent values given all responses.

Parallel updates (Rasmussen & Williams 2006, section 3.6, all sites at once). With sites of precision tau and natural
mean nu around the prior N(m0, K), S = diag(tau) and B = I + S^1/2 K S^1/2 = L L':

    Sigma = S^-1/2 (I - B^-1) S^-1/2,   mu = m0 + Sigma (nu - tau m0)

so one Cholesky factor and its triangular inverse give all marginals: two thirds of the work of solving for K. That
divides by tau, which therefore never falls below MIN_PRECISION; B's smallest eigenvalue is 1 whatever the data.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from aepsych_grpc.core.responses.response import MIN_NORMALIZER

Array: TypeAlias = NDArray[np.float64]

TiltedMoments: TypeAlias = Callable[[Array, Array], tuple[Array, Array, Array]]
"""Z, d1, d2 of the told responses under cavities of given means and variances; see `Response.tilted`."""

MIN_PRECISION = 1e-6
"""Smallest precision of a site. A response under a guess rate can ask for a negative one; it gets this."""

MIN_VARIANCE = 1e-9
"""Smallest marginal variance."""

TOLERANCE = 1e-4
"""Largest change of a marginal's mean or variance in the last sweep, for beliefs that are looked at."""

MAX_SWEEPS = 60

FIRST_PLAIN_SWEEPS = 2
"""The first sweeps leave the prior by far; their secant says nothing of the end."""

LATE_SWEEP = 15
LATE_DAMPING = 0.6
"""Share of the way to the matched sites after LATE_SWEEP sweeps, when full steps have not settled."""

SMALLEST_BEND = 1e-300
"""Avoids dividing by zero where two sweeps moved alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """One Gaussian factor per response, proportional to exp(nu f - tau f^2 / 2)."""

    nu: Array
    tau: Array

    def extended(self, n: int) -> "Sites":
        """Return sites for n responses; new ones say nothing."""
        new = n - len(self.nu)
        return Sites(np.append(self.nu, np.zeros(new)), np.append(self.tau, np.full(new, MIN_PRECISION)))


class Marginals(Protocol):
    """What matching the sites needs to know of the Gaussian approximation that they make."""

    @property
    def sites(self) -> Sites:
        """The sites it is made of."""

    @property
    def mean(self) -> Array:
        """mu, `n`."""

    @property
    def variance(self) -> Array:
        """Diagonal of Sigma, `n`."""

    @property
    def log_determinant(self) -> float:
        """The logarithm of |I + S K|."""


Approximated = TypeVar("Approximated", bound=Marginals)


@dataclass(frozen=True, slots=True, eq=False)
class Approximation:
    """The Gaussian approximation and what prediction and evidence need of it.

    Attributes:
        sites: The sites it is made of.
        mean: mu, `n`.
        variance: Diagonal of Sigma, `n`.
        weights: b = K^-1 (mu - m0), `n`.
        L: Cholesky factor of B, `n x n`, lower.
        L_inverse: Its inverse.
        converged: Whether the marginals settled within the tolerance.
        sweeps: How many Cholesky factors it took.
    """

    sites: Sites
    mean: Array
    variance: Array
    weights: Array
    L: Array
    L_inverse: Array
    converged: bool = False
    sweeps: int = 0

    @property
    def log_determinant(self) -> float:
        """The logarithm of |B|."""
        return 2 * float(np.log(self.L.diagonal()).sum())

    def cavities(self) -> tuple[Array, Array]:
        """Return mean and variance of the marginals without their own site."""
        return _cavities(self.mean, self.variance, self.sites)


def _cavities(mean: Array, variance: Array, sites: Sites) -> tuple[Array, Array]:
    # 1 - tau Sigma_ii is a diagonal entry of B^-1, hence above 0; rounding may take it there.
    share = np.maximum(1 - sites.tau * variance, 1e-12)
    return (mean - variance * sites.nu) / share, np.maximum(variance / share, MIN_VARIANCE)


def approximation(K: Array, prior_mean: Array, sites: Sites) -> Approximation:
    """Return the Gaussian approximation that given sites make.

    Raises:
        numpy.linalg.LinAlgError: K or the sites are not finite.
    """
    root = np.sqrt(sites.tau)
    B = K * root
    B *= root[:, None]
    B.ravel()[:: len(B) + 1] += 1
    # B is symmetric: its transpose is itself in the column order that LAPACK wants, factored in place.
    L, failed = lapack.dpotrf(B.T, lower=1, overwrite_a=1)
    if failed or not np.isfinite(L[-1, -1]):
        raise np.linalg.LinAlgError("The covariance of the sites is not positive definite.")
    L_inverse, _ = lapack.dtrtri(L, lower=1)
    shifted = (sites.nu - sites.tau * prior_mean) / root
    projected = shifted @ L_inverse.T @ L_inverse
    variance = np.maximum((1 - np.einsum("ij,ij->j", L_inverse, L_inverse)) / sites.tau, MIN_VARIANCE)
    mean = prior_mean + (shifted - projected) / root
    return Approximation(sites, mean, variance, root * projected, L, L_inverse)


def expectation_propagation(
    K: Array, prior_mean: Array, tilted: TiltedMoments, *, start: Sites | None = None, tolerance: float = TOLERANCE
) -> Approximation:
    """Approximate the posterior of the latent values at the training points.

    Args:
        K: Prior covariance, `n x n`.
        prior_mean: `n`.
        tilted: Moments of the cavities after their responses.
        start: Sites to start from, such as those of fewer responses; default: none, the prior.
        tolerance: See `settle`.

    Raises:
        numpy.linalg.LinAlgError: K is not finite.
    """
    found, converged, sweeps = settle(
        lambda sites: approximation(K, prior_mean, sites),
        prior_mean,
        K.diagonal().copy(),
        tilted,
        start=start,
        tolerance=tolerance,
    )
    return replace(found, converged=converged, sweeps=sweeps)


def settle(
    approximate: Callable[[Sites], Approximated],
    prior_mean: Array,
    prior_variance: Array,
    tilted: TiltedMoments,
    *,
    start: Sites | None,
    tolerance: float,
) -> tuple[Approximated, bool, int]:
    """Match sites and cavities until the marginals stay as they are.

    Each sweep matches all sites and then corrects the step by the secant of the last two (Anderson 1965, memory 1).
    That halves the sweeps under a guess rate, where plain ones close in slowly from one side, and settles those that
    swing: of 600 awkward cases 5 did not settle, of plain damped sweeps about every 25th.

    Args:
        approximate: Makes the Gaussian approximation of given sites.
        prior_mean: `n`.
        prior_variance: `n`.
        tilted: Moments of the cavities after their responses.
        start: Sites to start from; None for none, the prior.
        tolerance: Ends when no marginal mean and no marginal variance moves by more in a sweep, or after MAX_SWEEPS.

    Returns:
        The approximation, whether it settled, and after how many sweeps.

    Raises:
        numpy.linalg.LinAlgError: The moments are not finite, or `approximate` raises it.
    """
    if start is None:
        sites = Sites(np.zeros(len(prior_mean)), np.zeros(len(prior_mean)))
        mean, variance = prior_mean, prior_variance
    else:
        sites = start
        first = approximate(sites)
        mean, variance = first.mean, first.variance
    position = np.stack([sites.nu, sites.tau])
    last_position, last_move = position, np.zeros_like(position)
    for sweep in range(1, MAX_SWEEPS + 1):
        move = np.stack(_matched(sites, mean, variance, tilted)) - position
        damping = 1.0 if sweep <= LATE_SWEEP else LATE_DAMPING
        target = position + damping * move
        if sweep > FIRST_PLAIN_SWEEPS:
            bend = move - last_move
            share = float(np.vdot(bend, move)) / max(float(np.vdot(bend, bend)), SMALLEST_BEND)
            target -= share * (position - last_position + damping * bend)
        last_position, last_move = position, move
        position = np.stack([target[0], np.maximum(target[1], MIN_PRECISION)])
        sites = Sites(position[0], position[1])
        current = approximate(sites)
        moved = max(np.abs(current.mean - mean).max(), np.abs(current.variance - variance).max())
        mean, variance = current.mean, current.variance
        if not np.isfinite(moved):
            raise np.linalg.LinAlgError("The moments of the responses are not finite.")
        if moved < tolerance:
            return current, True, sweep
    return current, False, MAX_SWEEPS


def _matched(sites: Sites, mean: Array, variance: Array, tilted: TiltedMoments) -> tuple[Array, Array]:
    """Return nu and tau that match the moments of every cavity with its response."""
    m, v = _cavities(mean, variance, sites)
    _, d1, d2 = tilted(m, v)
    tau = np.maximum(-d2 / (1 + v * d2), MIN_PRECISION)
    # From the matched mean, so that clipping the precision does not move the mean.
    return (m + v * d1) * (1 / v + tau) - m / v, tau


def log_evidence(approximated: Marginals, prior_mean: Array, tilted: TiltedMoments) -> float:
    """Return log Z of expectation propagation, the log probability of all responses together.

    Rasmussen & Williams 2006, eq. 3.65, with a prior mean, arranged so that no site's normalizer overflows. Where a
    response is so surprising that its probability Z is at its floor, log Z is that of the Gaussian with the same
    derivatives: exact for Gaussian noise, and right in the leading term for a probit. The floor itself would make what
    is impossible by far look probable, compared to the other terms.
    """
    sites, mu, variance = approximated.sites, approximated.mean, approximated.variance
    m, v = _cavities(mu, variance, sites)
    Z, d1, d2 = tilted(m, v)
    precision = np.maximum(-d2, MIN_PRECISION)
    log_z = np.where(Z > MIN_NORMALIZER, np.log(Z), 0.5 * (np.log(precision / (2 * np.pi)) - d1 * d1 / precision))
    # Each site's normalizer, in terms of the residuals of site and cavity around the prior mean.
    nu = sites.nu - sites.tau * prior_mean
    cavity_precision = 1 / v
    q = (m - prior_mean) / v
    return float(
        log_z.sum()
        - 0.5 * approximated.log_determinant
        + 0.5 * nu @ (mu - prior_mean)
        - 0.5 * (variance * nu * nu).sum()
        + 0.5 * (q * (sites.tau / cavity_precision * q - 2 * nu) * variance).sum()
        + 0.5 * np.log1p(sites.tau / cavity_precision).sum()
    )
