"""Several structures of the latent field, weighed by how well each explains the responses."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.special import polygamma, psi, softmax

from aepsych_grpc.core.models.expectation_propagation import TOLERANCE, Array
from aepsych_grpc.core.models.gaussian_process import FIT_SIZE, GaussianProcessModel
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Fit, TrainingData
from aepsych_grpc.core.models.readout import PAIRS
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.learned import LearnedResponse
from aepsych_grpc.core.responses.response import Response

FIRST_DECISION = 20
"""Trials after which structures are first weighed, and then whenever the trials have doubled."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is recorded as hyperparameters: the probabilities, the trials they came after, all log hyperparameters.

    Attributes:
        probabilities: Of each structure, given the responses; they add up to 1.
        decided_at: Number of trials at the latest decision; 0 before the first.
        thetas: For each structure, the log hyperparameters that it last had.
    """

    probabilities: tuple[float, ...]
    decided_at: int
    thetas: tuple[tuple[float, ...], ...]

    @property
    def chosen(self) -> int:
        """The most probable structure; the first of several."""
        return self.probabilities.index(max(self.probabilities))

    def with_theta(self, s: int, theta: tuple[float, ...]) -> "Weighed":
        """Return the same with other log hyperparameters of structure s."""
        return replace(self, thetas=(*self.thetas[:s], theta, *self.thetas[s + 1 :]))

    @property
    def numbers(self) -> tuple[float, ...]:
        """All of it in a row."""
        return (*self.probabilities, float(self.decided_at), *(value for theta in self.thetas for value in theta))


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureByEvidence:
    """Bayesian model averaging over structures (Hoeting et al. 1999, Statistical Science 14, eqs. 1 to 3).

        p(s | responses) ~ p(s) Z_s,   log Z_s: see `GaussianProcessModel.log_marginal`

    Fitting is dear only where the structures are weighed, after 20, 40, 80, ... trials: between, the most probable one
    learns alone, and it is the one by which trials are chosen. Before the first decision it is the first one, unless
    earlier participants speak for another. A readout has beliefs of all of them in proportion to their probabilities,
    unless E[y | f] depends on hyperparameters: then one response could not serve beliefs of several fits, and the most
    probable structure speaks alone.

    Attributes:
        structures: Names of the structures; the first is that which rules before the first decision.
        models: The model that each makes.
        learned: What earlier participants have taught of structures and hyperparameters; None for the models' own
            priors and equal probabilities.

    Raises:
        ValueError: `learned` is about other hyperparameters.
    """

    structures: tuple[str, ...]
    models: tuple[GaussianProcessModel, ...]
    learned: Hyperprior | None = None

    def __post_init__(self) -> None:
        if self.learned is not None and self.learned.names != self._own_prior.names:
            raise ValueError(f"A prior of {', '.join(self.learned.names)} for {', '.join(self._own_prior.names)}.")

    @property
    def response(self) -> Response:
        """How the latent field makes responses."""
        return self.models[0].response

    @property
    def hyperprior(self) -> Hyperprior:
        """The structures' probabilities, then the hyperparameters of each, and their prior."""
        return self._own_prior if self.learned is None else self.learned

    @property
    def _own_prior(self) -> Hyperprior:
        return self._together(np.ones(len(self.models)), [model.hyperprior for model in self.models])

    def response_given(self, data: TrainingData, hyperparameters: Sequence[float]) -> Response:
        """Return how the latent field makes responses in the most probable structure."""
        weighed = self._weighed(hyperparameters)
        return self.models[weighed.chosen].response_given(data, weighed.thetas[weighed.chosen])

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn the most probable structure's hyperparameters, or weigh all anew where that is due; never raises."""
        note, weighed = "", None
        if start is not None:
            try:
                weighed = self._weighed(start)
            except ValueError:
                note = "The start is not a set of hyperparameters of this model; began at the prior's centre."
        if decision(len(data)) > (weighed.decided_at if weighed else 0):
            return self._decide(data, weighed, note)
        begin = weighed or self._beginning
        chosen = begin.chosen
        fit = self._taught[chosen].fit(data, weighed.thetas[chosen] if weighed else None)
        return Fit(begin.with_theta(chosen, fit.hyperparameters).numbers, f"{note} {fit.note}".strip())

    def condition(
        self,
        data: TrainingData,
        hyperparameters: Sequence[float],
        warm: Posterior | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> LatentPosterior:
        """Return the belief of the most probable structure; see `GaussianProcessModel.condition`."""
        weighed = self._weighed(hyperparameters)
        return self._taught[weighed.chosen].condition(data, weighed.thetas[weighed.chosen], warm, tolerance=tolerance)

    def alternatives(self, hyperparameters: Sequence[float], belief: Posterior) -> tuple[tuple[float, ...], ...]:
        """Return alternatives within the most probable structure; see `GaussianProcessModel.alternatives`."""
        weighed = self._weighed(hyperparameters)
        chosen = weighed.chosen
        thetas = self._taught[chosen].alternatives(weighed.thetas[chosen], belief)
        return tuple(weighed.with_theta(chosen, theta).numbers for theta in thetas)

    def readout(self, data: TrainingData, hyperparameters: Sequence[float]) -> tuple[LatentPosterior, ...]:
        """Return 16 equally likely beliefs, of each structure in proportion to its probability.

        Those that have not learned since the latest decision do so here. Beyond FIT_SIZE trials it is one belief.
        """
        weighed = self._weighed(hyperparameters)
        beliefs: list[LatentPosterior] = []
        for s, pairs in enumerate(self._shares(weighed, len(data))):
            if pairs == 0:
                continue
            model, theta = self._taught[s], weighed.thetas[s]
            if s != weighed.chosen:
                theta = model.fit(data, theta).hyperparameters
            beliefs += model.readout(data, theta, pairs)
        return tuple(beliefs)

    def population_prior(self, participants: Sequence[Sequence[TrainingData]]) -> Hyperprior:
        """Return what earlier participants teach of structures and of the hyperparameters of each. Never raises.

        With a uniform prior of the structures' frequencies among participants, and each participant's probabilities,
        averaged over its experiments, counting as that part of a participant, the frequencies have a Dirichlet
        distribution: centre and width are those of their logarithms.
        """
        untaught = replace(self, learned=None)
        counts = np.ones(len(self.models))
        for participant in participants:
            told = [data for data in participant if len(data)]
            for data in told:
                counts += np.array(untaught._decide(data, None, "").hyperparameters[: len(counts)]) / len(told)
        return self._together(counts, [model.population_prior(participants) for model in self.models])

    def refit_due(self, n: int, last: int | None) -> bool:
        """See `GaussianProcessModel.refit_due`."""
        return self.models[0].refit_due(n, last)

    def _decide(self, data: TrainingData, weighed: Weighed | None, note: str) -> Fit:
        """Let every structure learn, from where it last was, and weigh them."""
        thetas, heights, notes = [], [], [note]
        for s, model in enumerate(self._taught):
            known = weighed is not None and (weighed.decided_at > 0 or s == weighed.chosen)
            fit = model.fit(data, weighed.thetas[s] if weighed and known else None)
            thetas.append(fit.hyperparameters)
            notes.append(fit.note)
            heights.append(model.log_marginal(data, fit.hyperparameters))
        log_prior = np.log(self._beginning.probabilities)
        probabilities = softmax(log_prior + (heights if np.isfinite(heights).any() else 0.0))
        found = Weighed(tuple(probabilities.tolist()), decision(len(data)), tuple(thetas))
        return Fit(found.numbers, " ".join(filter(None, notes)))

    @property
    def _taught(self) -> tuple[GaussianProcessModel, ...]:
        """The models with what earlier participants have taught of each one's hyperparameters."""
        if self.learned is None:
            return self.models
        parameters = iter(self.learned.parameters[len(self.models) :])
        return tuple(replace(model, learned=_named(model.hyperprior.names, parameters)) for model in self.models)

    @property
    def _beginning(self) -> Weighed:
        """What is known before the first response."""
        K = len(self.models)
        weights = [one.centre for one in self.hyperprior.parameters[:K]]
        centres = tuple(tuple(model.hyperprior.centre.tolist()) for model in self._taught)
        return Weighed(tuple(weight / math.fsum(weights) for weight in weights), 0, centres)

    def _together(self, counts: Array, hyperpriors: Sequence[Hyperprior]) -> Hyperprior:
        """Return one prior of the structures' probabilities, after counts of participants, and of all the rest."""
        mean, sd = psi(counts) - psi(counts.sum()), np.sqrt(polygamma(1, counts) - polygamma(1, counts.sum()))
        probabilities = (
            LogParameter(f"{name}.probability", math.exp(mean[s]), float(sd[s]))
            for s, name in enumerate(self.structures)
        )
        rest = (
            replace(parameter, name=f"{name}.{parameter.name}")
            for name, hyperprior in zip(self.structures, hyperpriors, strict=True)
            for parameter in hyperprior.parameters
        )
        return Hyperprior((*probabilities, *rest))

    def _weighed(self, numbers: Sequence[float]) -> Weighed:
        """Read what was recorded.

        Raises:
            ValueError: it is not what this model records.
        """
        sizes = [len(model.hyperprior.parameters) for model in self.models]
        K = len(sizes)
        if len(numbers) != K + 1 + sum(sizes) or not np.isfinite(numbers).all():
            names = (*self.hyperprior.names[:K], "decided_at", *self.hyperprior.names[K:])
            raise ValueError(f"{len(numbers)} hyperparameters for {', '.join(names)}.")
        ends = np.cumsum([K + 1, *sizes]).tolist()
        thetas = tuple(tuple(numbers[begin:end]) for begin, end in pairwise(ends))
        return Weighed(tuple(numbers[:K]), int(numbers[K]), thetas)

    def _shares(self, weighed: Weighed, n: int) -> list[int]:
        """Return how many of the pairs of beliefs are each structure's: rounded by largest remainders."""
        response = self.response
        if (
            n > FIT_SIZE
            or weighed.decided_at == 0
            or (isinstance(response, LearnedResponse) and not response.keeps_mean)
        ):
            return [PAIRS if s == weighed.chosen else 0 for s in range(len(self.models))]
        exact = PAIRS * np.array(weighed.probabilities)
        shares = np.floor(exact).astype(int)
        first = np.argsort(shares - exact, kind="stable")[: PAIRS - shares.sum()]
        shares[first] += 1
        return [int(share) for share in shares]


def decision(n: int) -> int:
    """Return the number of trials, up to n, at which structures are last weighed; 0 for none."""
    return 0 if n < FIRST_DECISION else FIRST_DECISION << int(math.log2(n // FIRST_DECISION))


def _named(names: Sequence[str], parameters: Iterator[LogParameter]) -> Hyperprior:
    """Take so many parameters and give them these names."""
    return Hyperprior(tuple(replace(next(parameters), name=name) for name in names))
