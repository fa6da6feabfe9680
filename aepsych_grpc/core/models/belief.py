"""The belief about the latent field: expectation propagation with all trials, or with inducing points for many."""

import numpy as np
import torch

from aepsych_grpc.core.models.expectation_propagation import (
    TOLERANCE,
    Sites,
    TiltedMoments,
    expectation_propagation,
    log_evidence,
)
from aepsych_grpc.core.models.inducing_points import inducing_points
from aepsych_grpc.core.models.kernel import Kernel
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.observed import Observed
from aepsych_grpc.core.models.sparse_approximation import sparse_expectation_propagation

DENSE_LIMIT = 1000
"""Most trials whose covariances are all taken in, at O(n^3) a sweep; beyond, inducing points take O(n)."""


def belief(
    kernel: Kernel,
    theta: tuple[float, ...],
    data: TrainingData,
    observed: Observed,
    tilted: TiltedMoments,
    *,
    start: Sites | None,
    tolerance: float = TOLERANCE,
    response_theta: tuple[float, ...] = (),
) -> LatentPosterior:
    """Return the belief given data.

    Args:
        kernel: The prior.
        theta: Logarithms of its hyperparameters.
        data: The responses that are learned from.
        observed: Where they were given, and what is known beforehand.
        tilted: Moments of cavities after responses and knowledge.
        start: Sites to start from; None for the prior.
        tolerance: How far the marginal moments may be from where they settle, roughly.
        response_theta: Logarithms of the response's own hyperparameters, which `tilted` is made with.

    Raises:
        numpy.linalg.LinAlgError: hyperparameters or data are not finite.
    """
    conditioned = dense_belief if len(data) <= DENSE_LIMIT else sparse_belief
    return conditioned(
        kernel, theta, data, observed, tilted, start=start, tolerance=tolerance, response_theta=response_theta
    )


def dense_belief(
    kernel: Kernel,
    theta: tuple[float, ...],
    data: TrainingData,
    observed: Observed,
    tilted: TiltedMoments,
    *,
    start: Sites | None,
    tolerance: float = TOLERANCE,
    response_theta: tuple[float, ...] = (),
) -> LatentPosterior:
    """Return the belief in terms of all trials: W = L^-1 S^1/2; see `belief`."""
    prior_mean, K = observed.moments(kernel, theta)
    found = expectation_propagation(K, prior_mean, tilted, start=start, tolerance=tolerance)
    return LatentPosterior(
        kernel=kernel,
        theta=theta,
        data=data,
        observed=observed,
        sites=found.sites,
        basis=observed,
        # Copied to torch's aligned memory: products there can differ in the last bit with the alignment.
        weights=torch.tensor(found.weights),
        whitener=torch.tensor(np.ascontiguousarray(found.L_inverse * np.sqrt(found.sites.tau))),
        log_evidence=log_evidence(found, prior_mean, tilted),
        converged=found.converged,
        response_theta=response_theta,
    )


def sparse_belief(
    kernel: Kernel,
    theta: tuple[float, ...],
    data: TrainingData,
    observed: Observed,
    tilted: TiltedMoments,
    *,
    start: Sites | None,
    tolerance: float = TOLERANCE,
    response_theta: tuple[float, ...] = (),
) -> LatentPosterior:
    """Return the belief in terms of inducing points, which follow from kernel, hyperparameters and X; see `belief`."""
    prior_mean = observed.mean(kernel, theta).numpy()
    inducing = inducing_points(kernel, theta, observed)
    found, converged = sparse_expectation_propagation(inducing, prior_mean, tilted, start=start, tolerance=tolerance)
    return LatentPosterior(
        kernel=kernel,
        theta=theta,
        data=data,
        observed=observed,
        sites=found.sites,
        basis=Observed(inducing.points),
        weights=torch.tensor(found.weights()),
        whitener=torch.tensor(found.whitener()),
        log_evidence=log_evidence(found, prior_mean, tilted),
        converged=converged,
        response_theta=response_theta,
    )
