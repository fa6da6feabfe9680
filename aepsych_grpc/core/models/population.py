"""What earlier participants teach of the next one's hyperparameters: a hierarchical model of them.

In standard units t, where the model's own prior is the standard normal, participant k has hyperparameters

    t_k ~ N(mu, T),   T = diag(tau_j^2),   mu ~ N(0, I),   log(tau_j s_j) ~ N(log .25, .8^2)

with s_j the own prior's standard deviation of the j-th logarithm. The evidence of each participant's responses enters
as the Gaussian exp(b_k' t - t' H_k t / 2) of its Laplace approximation, which may be flat in many directions. Then mu
given T is Gaussian in closed form, and the next participant's prior has

    mean E[mu_j],   variance min(E[tau_j^2] + Var(mu_j), 1),

averaged over tau_j, with the other components of T where their posterior has its maximum. Participants who agree narrow
the prior; those who differ, or who hardly speak of a hyperparameter, leave it as wide as the model's own. (Hierarchical
normal model: Gelman et al. 2013, Bayesian Data Analysis, section 5.4.)

Averaging matters where participants are few. A single one says nothing of tau: with the most likely tau instead, the
prior would be so narrow around that one that a population twice as different as expected would be worse off with it
than without.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from aepsych_grpc.core.models.expectation_propagation import Array
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter

SPREAD = 0.25
"""How much the logarithm of a hyperparameter is expected to differ between participants."""
SPREAD_SD = 0.8
"""Standard deviation of the logarithm of that: at two of them participants differ by .05, or by a factor of 3.5."""
REACH = 2.0
"""How far from where it was looked at the evidence is taken to rise at most, in standard units."""
NODES = 17
"""Values of tau_j that are averaged over, within four standard deviations of its posterior."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A Gaussian approximation of a participant's evidence, exp(b' t - t' H t / 2), in standard units.

    Attributes:
        H: Curvature, positive semidefinite, `p x p`.
        b: `p`.
    """

    H: Array
    b: Array

    def __add__(self, other: "Evidence") -> "Evidence":
        """Return the evidence of two experiments of the same participant."""
        return Evidence(self.H + other.H, self.b + other.b)


def evidence_near(gradient: Callable[[Array], Array], place: Array, curvature: Array) -> Evidence:
    """Return the Gaussian with the evidence's own gradient and curvature at a place.

    Where the evidence rises in a direction without curving down, as that of someone who always gives the same response,
    the Gaussian would go on rising for ever, and more of the same people would move the population as far. Instead it
    has its top within REACH of the place.

    Args:
        gradient: Of the log evidence, without any prior.
        place: Where the approximation is made, `p`.
        curvature: Minus the Hessian of the log evidence there.
    """
    slope = gradient(place)
    values, directions = np.linalg.eigh(0.5 * (curvature + curvature.T))
    values = np.maximum(values, np.abs(directions.T @ slope) / REACH)
    H = (directions * values) @ directions.T
    return Evidence(H, slope + H @ place)


def population_hyperprior(own: Hyperprior, participants: Sequence[Evidence]) -> Hyperprior:
    """Return the prior of the next participant's hyperparameters; the model's own without participants."""
    if not participants:
        return own
    sd = own.sd
    centre = np.log(SPREAD / sd)

    def belief(log_tau: Array) -> tuple[float, Array, Array]:
        """Return minus log of tau's posterior but for a constant, and mean and covariance of mu given tau."""
        value, mean, covariance = _marginal(np.exp(2 * log_tau), participants)
        return float(0.5 * np.sum(((log_tau - centre) / SPREAD_SD) ** 2) - value), mean, covariance

    bounds = [(c - 4 * SPREAD_SD, c + 4 * SPREAD_SD) for c in centre]
    best = minimize(lambda log_tau: belief(log_tau)[0], centre, method="L-BFGS-B", bounds=bounds).x
    learned = []
    for j, name in enumerate(own.names):
        mean, variance = _averaged(belief, best, j)
        place, width = own.centre[j] + sd[j] * mean, sd[j] * min(variance, 1.0) ** 0.5
        learned.append(LogParameter(name, float(np.exp(place)), float(width)))
    return Hyperprior(tuple(learned))


def _averaged(belief: Callable[[Array], tuple[float, Array, Array]], best: Array, j: int) -> tuple[float, float]:
    """Return mean and variance of the next participant's t_j, averaged over tau_j with the others at their best."""
    step = 0.1 * np.eye(len(best))[j]
    curvature = (belief(best + step)[0] - 2 * belief(best)[0] + belief(best - step)[0]) / 0.1**2
    log_tau = np.tile(best, (NODES, 1))
    # No wider than tau's own prior, where the responses say nothing of it.
    log_tau[:, j] += np.linspace(-4, 4, NODES) / np.sqrt(max(curvature, 1 / SPREAD_SD**2))
    losses, means, covariances = (np.array(one) for one in zip(*map(belief, log_tau), strict=True))
    weights = np.exp(losses.min() - losses)
    weights /= weights.sum()
    mean = float(weights @ means[:, j])
    spread = np.exp(2 * log_tau[:, j]) + covariances[:, j, j] + (means[:, j] - mean) ** 2
    return mean, float(weights @ spread)


def _marginal(variances: Array, participants: Sequence[Evidence]) -> tuple[float, Array, Array]:
    """Return log p(responses | T) but for a constant, and mean and covariance of mu given T."""
    p = len(variances)
    value, precision, linear = 0.0, np.eye(p), np.zeros(p)
    for one in participants:
        # (H + T^-1)^-1 = T (I + H T)^-1 exists for a flat H too.
        spread = np.eye(p) + one.H * variances
        inverse = np.linalg.inv(spread)
        value += 0.5 * float(one.b @ (variances * (inverse @ one.b))) - 0.5 * float(np.linalg.slogdet(spread)[1])
        precision += inverse @ one.H
        linear += inverse @ one.b
    covariance = np.linalg.inv(precision)
    mean = covariance @ linear
    value += 0.5 * float(linear @ mean) - 0.5 * float(np.linalg.slogdet(precision)[1])
    return value, mean, 0.5 * (covariance + covariance.T)
