"""A Gaussian process seen through responses of any kind: the default model of every outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.models.belief import belief
from aepsych_grpc.core.models.expectation_propagation import TOLERANCE, Array, Sites
from aepsych_grpc.core.models.factor import Factor, Told, likelihood
from aepsych_grpc.core.models.hyperparameters import FIT_TOLERANCE, Likelihood, Objective, maximum_a_posteriori
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.models.kernel import Kernel, Log
from aepsych_grpc.core.models.knowledge import Knowledge
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Fit, TrainingData
from aepsych_grpc.core.models.observed import Functionals, Observed
from aepsych_grpc.core.models.population import Evidence, evidence_near, population_hyperprior
from aepsych_grpc.core.models.readout import PAIRS, curvature, fisher_curvature, laplace_draws, log_laplace_integral
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.learned import LearnedResponse
from aepsych_grpc.core.responses.response import Response

FIT_SIZE = 400
"""Hyperparameters are learned from at most this many trials; the belief itself always uses all.

On 1,001 real yes/no responses in six dimensions (10 folds), hyperparameters from 300, 400, 500 and all 901 trials
predict equally well (log loss .5259, .5252, .5256, .5260; paired standard errors .001 to .002).
"""

READOUT_TOLERANCE = 1e-6
"""Tolerance of expectation propagation where gradients are subtracted from each other."""

DRAW_TOLERANCE = 3e-3
"""Tolerance of beliefs by drawn hyperparameters, which differ by far more from each other."""

EVIDENCE_TOLERANCE = 1e-4
"""Tolerance of expectation propagation for the integral over hyperparameters. Its logarithm is within .002 of that at
1e-6, in two thirds of the time (8 coordinates, 160 and 320 trials)."""

FEW_COORDINATES = 3
"""Up to so many coordinates hyperparameters are learned from few trials, and a refit is cheap."""

EVERY_TRIAL_UNTIL = 40

ALTERNATIVE_PAIRS = 2
"""Pairs of draws of the hyperparameters that trials are chosen by, instead of the most probable ones, from which a
field of many coordinates can look known where it isn't.

Level-set Brier score of closed loops at 100 and 250 trials: 8 coordinates .245 -> .224 and .169 -> .155 (20 paired
seeds, standard errors of the differences .006 and .004), Hartmann's 6 .357 -> .307 and .266 -> .231 (12 seeds, .011 and
.012). One pair gains about half, one draw after the other nothing; in 2 coordinates none gains anything.
"""

ROUNDS = 2
"""Rounds of learning from a population: in the second, each participant is looked at near what the first has taught."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GaussianProcessModel:
    """A Gaussian process seen through responses, by expectation propagation.

    Its hyperparameters are the kernel's, then those of the response, if it has any.

    Attributes:
        kernel: The latent field's prior.
        response: How the latent field makes responses.
        learned: What earlier participants have taught of the hyperparameters; None for the model's own prior.
        knowledge: What is known of the field before the first response, beside its prior; its sites come before those
            of the responses.

    Raises:
        ValueError: `learned` is about other hyperparameters.
    """

    kernel: Kernel
    response: Response
    learned: Hyperprior | None = None
    knowledge: Knowledge | None = None

    def __post_init__(self) -> None:
        if self.learned is not None and self.learned.names != self._own_prior.names:
            raise ValueError(f"A prior of {', '.join(self.learned.names)} for {', '.join(self._own_prior.names)}.")

    @property
    def hyperprior(self) -> Hyperprior:
        """All hyperparameters and their prior."""
        return self._own_prior if self.learned is None else self.learned

    @property
    def _own_prior(self) -> Hyperprior:
        own = self.response.hyperprior.parameters if isinstance(self.response, LearnedResponse) else ()
        return Hyperprior((*self.kernel.hyperprior.parameters, *own))

    def response_given(self, data: TrainingData, hyperparameters: Sequence[float]) -> Response:
        """Return how the latent field makes responses, given data and log hyperparameters."""
        if not isinstance(self.response, LearnedResponse):
            return self.response
        return self.response.given(hyperparameters[self._own :], data.y)

    @property
    def _own(self) -> int:
        """Where the response's own hyperparameters begin."""
        return len(self.kernel.hyperprior.parameters)

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn log hyperparameters; never raises."""
        objective = self._objective(_thinned(data), FIT_TOLERANCE, all_responses=data.y)
        return maximum_a_posteriori(self.hyperprior, objective, start)

    def condition(
        self,
        data: TrainingData,
        hyperparameters: Sequence[float],
        warm: Posterior | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> LatentPosterior:
        """Return the belief given data and log hyperparameters.

        `warm` is used when it comes from this kernel and a beginning of the same data, else it is ignored.

        Raises:
            ValueError: the number of hyperparameters is wrong.
            numpy.linalg.LinAlgError: hyperparameters or data are not finite.
        """
        theta = tuple(hyperparameters)
        if len(theta) != len(self.hyperprior.parameters):
            raise ValueError(f"{len(theta)} hyperparameters for {', '.join(self.hyperprior.names)}.")
        return self._condition(data, theta, self._warm_sites(data, warm), tolerance)

    def readout(
        self, data: TrainingData, hyperparameters: Sequence[float], pairs: int = PAIRS
    ) -> tuple[LatentPosterior, ...]:
        """Return equally likely beliefs, in pairs from the Laplace approximation of the hyperparameters' posterior.

        Hyperparameters on which E[y | f] depends stay where they are, so that one response serves all beliefs.
        Beyond FIT_SIZE trials it is one belief: on 900 real trials sixteen predicted no better and cost ten times as
        much.
        """
        centre = self.condition(data, hyperparameters)
        if len(data) > FIT_SIZE:
            return (centre,)
        response = self.response
        learns_noise = isinstance(response, LearnedResponse) and response.keeps_mean
        bend = self._curvature(centre, hyperparameters) if learns_noise else self._expected_curvature(centre)
        draws = self._draws(hyperparameters, bend, pairs)
        return tuple(self._condition(data, theta, centre.sites, DRAW_TOLERANCE) for theta in draws)

    def alternatives(self, hyperparameters: Sequence[float], belief: Posterior) -> tuple[tuple[float, ...], ...]:
        """Return equally likely log hyperparameters to choose trials by; none where the most probable serve as well.

        They are draws from the Laplace approximation of their posterior, others after every number of trials; those of
        the response stay where they are. See ALTERNATIVE_PAIRS for what they bring.
        """
        if not isinstance(belief, LatentPosterior) or self.kernel.d <= FEW_COORDINATES or len(belief.data) > FIT_SIZE:
            return ()
        return self._draws(
            hyperparameters, self._expected_curvature(belief), ALTERNATIVE_PAIRS, stream=len(belief.data)
        )

    def _draws(
        self, hyperparameters: Sequence[float], curvature: Array, pairs: int, stream: int = 0
    ) -> tuple[tuple[float, ...], ...]:
        """Return draws of those log hyperparameters that a curvature is about, the first ones, and the others as is."""
        varied, theta = len(curvature), np.asarray(hyperparameters)
        centre, sd = self.hyperprior.centre[:varied], self.hyperprior.sd[:varied]
        draws = laplace_draws(curvature, (theta[:varied] - centre) / sd, pairs, stream)
        return tuple((*(centre + sd * draw).tolist(), *theta[varied:].tolist()) for draw in draws)

    def _expected_curvature(self, belief: LatentPosterior) -> Array:
        """Return the curvature along the kernel's hyperparameters that such responses are expected to give.

        Read-outs with it predict as well as with differences of the evidence's gradient, in two fifths of the time
        (level-set Brier score +.003 to -.002, standard errors .002; 2 to 8 coordinates, 50 to 250 trials).
        """
        prior = belief.observed.on(self.kernel)
        return fisher_curvature(prior, np.array(belief.theta), self.hyperprior.sd[: self._own], belief.whitener.numpy())

    def _curvature(self, belief: LatentPosterior, hyperparameters: Sequence[float]) -> Array:
        """Return the curvature along all hyperparameters, from differences of the evidence's gradient."""
        objective = self._objective(belief.data, READOUT_TOLERANCE, belief.sites)
        optimum = (np.asarray(hyperparameters) - self.hyperprior.centre) / self.hyperprior.sd
        return curvature(lambda t: objective(t)[1], optimum)

    def log_marginal(self, data: TrainingData, hyperparameters: Sequence[float]) -> float:
        """Return the log evidence with the hyperparameters integrated out by Laplace's approximation.

        It is about the trials that hyperparameters are learned from; -inf where the numbers fail.
        """
        some, hyperprior = _thinned(data), self.hyperprior
        try:
            sites = self._condition(some, tuple(hyperparameters), None).sites
            objective = self._objective(some, EVIDENCE_TOLERANCE, sites, all_responses=data.y)
            optimum = (np.asarray(hyperparameters) - hyperprior.centre) / hyperprior.sd
            bend = curvature(lambda t: objective(t)[1], optimum)
            return log_laplace_integral(lambda t: objective(t)[0], optimum, bend)
        except NUMERICAL_FAILURES:
            return -np.inf

    def population_prior(self, participants: Sequence[Sequence[TrainingData]]) -> Hyperprior:
        """Return the prior of the next participant's hyperparameters, learned from earlier participants' data.

        A participant's experiments have fields of their own and hyperparameters in common. Never raises: an experiment
        whose numbers fail is left out. See `population`.
        """
        own = self._own_prior
        told = [(k, data) for k, participant in enumerate(participants) for data in participant if len(data)]
        model, best = replace(self, learned=None), cast("list[tuple[float, ...] | None]", [None] * len(told))
        for _ in range(ROUNDS):
            found: dict[int, Evidence] = {}
            for i, (k, data) in enumerate(told):
                theta = best[i] = model.fit(data, best[i]).hyperparameters
                try:
                    evidence = self.evidence_near(_thinned(data), theta)
                except NUMERICAL_FAILURES:
                    continue
                found[k] = found[k] + evidence if k in found else evidence
            model = replace(self, learned=population_hyperprior(own, list(found.values())))
        return model.hyperprior

    def evidence_near(self, data: TrainingData, theta: tuple[float, ...]) -> Evidence:
        """Return the evidence near log hyperparameters, in standard units of the model's own prior.

        Raises:
            numpy.linalg.LinAlgError: The numbers failed.
        """
        own = replace(self, learned=None)
        prior = own.hyperprior
        objective = own._objective(data, READOUT_TOLERANCE, own.condition(data, theta).sites)
        place = (np.asarray(theta) - prior.centre) / prior.sd

        def gradient(t: Array) -> Array:
            return objective(t)[1] + t

        return evidence_near(gradient, place, curvature(gradient, place))

    def refit_due(self, n: int, last: int | None) -> bool:
        """Every trial up to 40, then every 5 trials (up to 3 coordinates) or 10; more often brings nothing more.

        Beyond FIT_SIZE trials, as many as are learned from, after every twentieth part of them.
        """
        if last is None or n <= EVERY_TRIAL_UNTIL:
            return last is None or n > last
        if n > FIT_SIZE:
            return n - last >= n // 20
        return n - last >= (5 if self.kernel.d <= FEW_COORDINATES else 10)

    def _condition(
        self, data: TrainingData, theta: tuple[float, ...], start: Sites | None, tolerance: float = TOLERANCE
    ) -> LatentPosterior:
        return belief(
            self.kernel,
            theta[: self._own],
            data,
            self._observed(data),
            self.likelihood(data.y)(theta).tilted,
            start=start,
            tolerance=tolerance,
            response_theta=theta[self._own :],
        )

    def _objective(
        self,
        data: TrainingData,
        tolerance: float,
        sites: Sites | None = None,
        all_responses: Tensor | None = None,
    ) -> Objective:
        prior = self._observed(data).on(self.kernel)
        return Objective(
            self.hyperprior,
            lambda theta: prior(theta[: self._own]),
            self.likelihood(data.y, all_responses),
            tolerance=tolerance,
            sites=sites,
        )

    def likelihood(self, y: Tensor, all_responses: Tensor | None = None) -> Callable[[Log], Likelihood]:
        """Return knowledge and responses `n` as evidence has them, as a function of all log hyperparameters.

        `all_responses` are all that were told, where y are only those to learn hyperparameters from.
        """
        response = self.response
        factors: tuple[Factor, ...] = (*(self.knowledge.factors if self.knowledge else ()), Told(y))
        if not isinstance(response, LearnedResponse):
            fixed = likelihood(response, factors)
            return lambda _: fixed
        told = y if all_responses is None else all_responses
        return lambda theta: likelihood(response.given(theta[self._own :], told), factors)

    def _observed(self, data: TrainingData) -> Observed:
        return Observed(data.X, self._functionals)

    @property
    def _functionals(self) -> Functionals | None:
        return self.knowledge.functionals if self.knowledge else None

    def _warm_sites(self, data: TrainingData, warm: Posterior | None) -> Sites | None:
        if not isinstance(warm, LatentPosterior) or warm.kernel != self.kernel:
            return None
        if warm.observed.functionals is not self._functionals:
            return None
        n = len(warm.data)
        if n > len(data) or not (torch.equal(warm.data.X, data.X[:n]) and torch.equal(warm.data.y, data.y[:n])):
            return None
        return warm.sites.extended(len(warm.sites.nu) + len(data) - n)


def _thinned(data: TrainingData) -> TrainingData:
    """Return at most FIT_SIZE trials, evenly spread over the course of the experiment."""
    if len(data) <= FIT_SIZE:
        return data
    kept = torch.from_numpy(np.linspace(0, len(data) - 1, FIT_SIZE).round().astype(np.int64))
    return TrainingData(data.X[kept], data.y[kept])
