"""Learning the hyperparameters: the maximum of evidence times prior."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.models.expectation_propagation import Array, Sites, TiltedMoments
from aepsych_grpc.core.models.hyperprior import BOX, Hyperprior
from aepsych_grpc.core.models.kernel import Log, PriorMoments
from aepsych_grpc.core.models.model import Fit
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES

COLD_ITERATIONS = 30
WARM_ITERATIONS = 6

EVALUATIONS_PER_ITERATION = 1.5
"""Evaluations allowed per iteration: a line search near the optimum can burn twenty for nothing."""

FIT_TOLERANCE = 1e-3
"""Tolerance of expectation propagation while hyperparameters move."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The told responses as evidence has them, at one set of hyperparameters.

    Attributes:
        tilted: Moments of cavities after their responses.
        sensitivity: See `evidence`; None where the response has nothing to learn.
    """

    tilted: TiltedMoments
    sensitivity: Callable[[Array, Array], Array] | None = None


class _EnoughError(Exception):
    """The evaluations are used up."""


class Objective:
    """log evidence + log prior in standard units t, where the prior is the standard normal.

    Each evaluation starts from the sites of the one before, which is near: the value depends on the path within the
    tolerance of expectation propagation, the path on nothing but the data and the start.
    """

    def __init__(
        self,
        hyperprior: Hyperprior,
        prior: Callable[[Log], PriorMoments],
        likelihood: Callable[[Log], Likelihood],
        *,
        tolerance: float,
        sites: Sites | None = None,
    ) -> None:
        self._centre, self._sd = hyperprior.centre, hyperprior.sd
        self._prior, self._likelihood = prior, likelihood
        self._tolerance, self._sites = tolerance, sites

    def __call__(self, t: Array) -> tuple[float, Array]:
        """Return value and gradient at t.

        Raises:
            numpy.linalg.LinAlgError: the covariance or the value is not finite.
        """
        theta = self._centre + self._sd * t
        likelihood = self._likelihood(theta)
        found = evidence(
            self._prior,
            theta,
            likelihood.tilted,
            start=self._sites,
            tolerance=self._tolerance,
            sensitivity=likelihood.sensitivity,
        )
        value = found.value - 0.5 * float(t @ t)
        gradient = self._sd * found.gradient - t
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise np.linalg.LinAlgError("The evidence is not finite.")
        self._sites = found.sites
        return value, gradient


def maximum_a_posteriori(hyperprior: Hyperprior, objective: Objective, start: Sequence[float] | None) -> Fit:
    """Climb from earlier log hyperparameters, or from the prior's centre, with L-BFGS-B (Byrd et al. 1995).

    Never raises. Where the numbers fail, the best hyperparameters so far are returned, else the start, with a note.
    """
    begin, note = _start(hyperprior, start)
    iterations = COLD_ITERATIONS if start is None else WARM_ITERATIONS
    limit = int(EVALUATIONS_PER_ITERATION * iterations)
    best_value, best, evaluations = -np.inf, begin, 0

    def descend(t: Array) -> tuple[float, Array]:
        nonlocal best_value, best, evaluations
        if evaluations == limit:
            raise _EnoughError
        evaluations += 1
        value, gradient = objective(t)
        if value > best_value:
            best_value, best = value, t.copy()
        return -value, -gradient

    try:
        minimize(
            descend,
            begin,
            jac=True,
            method="L-BFGS-B",
            bounds=[(-BOX, BOX)] * len(begin),
            options={"maxiter": iterations, "ftol": 1e-5, "gtol": 0.02},
        )
    except _EnoughError:
        pass
    except NUMERICAL_FAILURES as error:
        note = f"{note} {error}".strip()
    return Fit(tuple((hyperprior.centre + hyperprior.sd * best).tolist()), note)


def _start(hyperprior: Hyperprior, start: Sequence[float] | None) -> tuple[Array, str]:
    """Return where to begin, in standard units, and what was wrong with the start that was given."""
    centre = np.zeros(len(hyperprior.parameters))
    if start is None:
        return centre, ""
    if len(start) != len(centre) or not np.isfinite(start).all():
        return centre, "The start is not a set of hyperparameters of this model; began at the prior's centre."
    return np.clip((np.asarray(start) - hyperprior.centre) / hyperprior.sd, -BOX, BOX), ""
