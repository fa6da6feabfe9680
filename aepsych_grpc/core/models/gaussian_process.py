"""Gaussian process classification: the default model of yes/no and forced-choice responses."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.models.expectation_propagation import (
    Array,
    Sites,
    TiltedMoments,
    expectation_propagation,
    log_evidence,
)
from aepsych_grpc.core.models.hyperparameters import FIT_TOLERANCE, Objective, maximum_a_posteriori
from aepsych_grpc.core.models.kernel import JITTER, Kernel
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Fit, TrainingData
from aepsych_grpc.core.models.readout import laplace_draws
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response

FIT_SIZE = 400
"""Hyperparameters are learned from at most this many trials; the belief itself always uses all.

On 1,001 real yes/no responses in six dimensions (10 folds), hyperparameters from 300, 400, 500 and all 901 trials
predict equally well (log loss .5259, .5252, .5256, .5260; paired standard errors .001 to .002).
"""

READOUT_TOLERANCE = 1e-6
"""Tolerance of expectation propagation where gradients are subtracted from each other."""

EVERY_TRIAL_UNTIL = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianProcessModel:
    """A Gaussian process seen through binary (or other) responses, by expectation propagation.

    Attributes:
        kernel: The latent field's prior.
        response: How the latent field makes responses.
    """

    kernel: Kernel
    response: Response

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn log hyperparameters; never raises."""
        return maximum_a_posteriori(self.kernel.hyperprior, self._objective(_thinned(data), FIT_TOLERANCE), start)

    def condition(
        self, data: TrainingData, hyperparameters: Sequence[float], warm: Posterior | None = None
    ) -> LatentPosterior:
        """Return the belief given data and log hyperparameters.

        `warm` is used when it comes from this kernel, the same hyperparameters and a beginning of the same data, else
        it is ignored.

        Raises:
            ValueError: the number of hyperparameters is wrong.
            numpy.linalg.LinAlgError: hyperparameters or data are not finite.
        """
        theta = tuple(hyperparameters)
        if len(theta) != len(self.kernel.hyperprior.parameters):
            raise ValueError(f"{len(theta)} hyperparameters for {', '.join(self.kernel.hyperprior.names)}.")
        return self._condition(data, theta, self._warm_sites(data, theta, warm))

    def readout(self, data: TrainingData, hyperparameters: Sequence[float]) -> tuple[LatentPosterior, ...]:
        """Return 16 equally likely beliefs, from the Laplace approximation of the hyperparameters' posterior.

        Beyond FIT_SIZE trials it is one belief: on 900 real trials sixteen predicted no better and cost ten times as
        much.
        """
        hyperprior = self.kernel.hyperprior
        centre = self.condition(data, hyperparameters)
        if len(data) > FIT_SIZE:
            return (centre,)
        objective = self._objective(data, READOUT_TOLERANCE, centre.sites)
        optimum = (np.asarray(hyperparameters) - hyperprior.centre) / hyperprior.sd
        draws = laplace_draws(lambda t: objective(t)[1], optimum)
        return tuple(
            self._condition(data, tuple((hyperprior.centre + hyperprior.sd * draw).tolist()), centre.sites)
            for draw in draws
        )

    def refit_due(self, n: int, last: int | None) -> bool:
        """Every trial up to 40, then every 5 trials (up to 3 coordinates) or 10; later ones bring nothing more."""
        if last is None or n <= EVERY_TRIAL_UNTIL:
            return last is None or n > last
        return n - last >= (5 if self.kernel.d <= 3 else 10)

    def _condition(self, data: TrainingData, theta: tuple[float, ...], start: Sites | None) -> LatentPosterior:
        K = self.kernel.covariance(theta, data.X, data.X).numpy()
        K.ravel()[:: len(K) + 1] += JITTER
        prior_mean = self.kernel.mean(theta, data.X).numpy()
        tilted = self.tilted(data.y)
        found = expectation_propagation(K, prior_mean, tilted, start=start)
        return LatentPosterior(
            kernel=self.kernel,
            theta=theta,
            data=data,
            sites=found.sites,
            # Copied to torch's aligned memory: products there can differ in the last bit with the alignment.
            weights=torch.tensor(found.weights),
            whitener=torch.tensor(np.ascontiguousarray(found.L_inverse * np.sqrt(found.sites.tau))),
            log_evidence=log_evidence(found, prior_mean, tilted),
            converged=found.converged,
        )

    def _objective(self, data: TrainingData, tolerance: float, sites: Sites | None = None) -> Objective:
        return Objective(
            self.kernel.hyperprior,
            self.kernel.on(np.ascontiguousarray(data.X.numpy())),
            self.tilted(data.y),
            tolerance=tolerance,
            sites=sites,
        )

    def tilted(self, y: Tensor) -> TiltedMoments:
        """Return the moments of cavities after responses `n`, as expectation propagation wants them."""

        def tilted(mean: Array, variance: Array) -> tuple[Array, Array, Array]:
            Z, d1, d2 = self.response.tilted(y, torch.from_numpy(mean), torch.from_numpy(variance))
            return Z.numpy(), d1.numpy(), d2.numpy()

        return tilted

    def _warm_sites(self, data: TrainingData, theta: tuple[float, ...], warm: Posterior | None) -> Sites | None:
        if not isinstance(warm, LatentPosterior) or warm.theta != theta or warm.kernel != self.kernel:
            return None
        n = len(warm.data)
        if n > len(data) or not (torch.equal(warm.data.X, data.X[:n]) and torch.equal(warm.data.y, data.y[:n])):
            return None
        return warm.sites.extended(len(data))


def _thinned(data: TrainingData) -> TrainingData:
    """Return at most FIT_SIZE trials, evenly spread over the course of the experiment."""
    if len(data) <= FIT_SIZE:
        return data
    kept = torch.from_numpy(np.linspace(0, len(data) - 1, FIT_SIZE).round().astype(np.int64))
    return TrainingData(data.X[kept], data.y[kept])
