"""Gaussian process preference: the default model of choices between two stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from torch import Tensor

from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.expectation_propagation import TOLERANCE
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.models.knowledge import knowledge_of
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Fit, TrainingData
from aepsych_grpc.core.models.monotone import MonotoneOptions, monotone_differences, rising_steps
from aepsych_grpc.core.models.structure import StructureOptions, model_of
from aepsych_grpc.core.models.structure_by_evidence import StructureByEvidence
from aepsych_grpc.core.models.utility_posterior import UtilityPosterior
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.of_outcome import response_of
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceModel:
    """P(second chosen) = Phi(f(second) - f(first)) with a Gaussian process utility f (Chu & Ghahramani 2005).

    Trials are pairs of stimuli, side by side in a point of 2d coordinates. The belief that trials are chosen by is
    about differences of f between the two; the readout speaks of f at single stimuli.

    Attributes:
        differences: The model of the differences between the stimuli of a trial; its kernels are DifferenceKernels.
        reference: Points spread over the space, `r x d`; utilities are relative to their mean over these.
    """

    differences: GaussianProcessModel | StructureByEvidence
    reference: Tensor

    @property
    def response(self) -> Response:
        """How differences make choices."""
        return self.differences.response

    def response_given(self, data: TrainingData, hyperparameters: Sequence[float]) -> Response:
        """Return how differences make choices."""
        return self.differences.response_given(data, hyperparameters)

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn log hyperparameters; never raises."""
        return self.differences.fit(data, start)

    def condition(
        self,
        data: TrainingData,
        hyperparameters: Sequence[float],
        warm: Posterior | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> LatentPosterior:
        """Return the belief about differences; see `GaussianProcessModel.condition`."""
        return self.differences.condition(data, hyperparameters, warm, tolerance=tolerance)

    def alternatives(self, hyperparameters: Sequence[float], belief: Posterior) -> tuple[tuple[float, ...], ...]:
        """See `GaussianProcessModel.alternatives`."""
        return self.differences.alternatives(hyperparameters, belief)

    def readout(self, data: TrainingData, hyperparameters: Sequence[float]) -> tuple[UtilityPosterior, ...]:
        """Return equally likely beliefs about utilities; see `GaussianProcessModel.readout`."""
        beliefs = self.differences.readout(data, hyperparameters)
        return tuple(
            UtilityPosterior(belief, cast("DifferenceKernel", belief.kernel), self.reference) for belief in beliefs
        )

    def population_prior(self, participants: Sequence[Sequence[TrainingData]]) -> Hyperprior:
        """See `GaussianProcessModel.population_prior`."""
        return self.differences.population_prior(participants)

    def refit_due(self, n: int, last: int | None) -> bool:
        """See `GaussianProcessModel.refit_due`."""
        return self.differences.refit_due(n, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceOptions(StructureOptions, MonotoneOptions):
    """What is known of a field of utilities."""


def build_preference(context: ModelContext, options: PreferenceOptions) -> PreferenceModel:
    """Build the Gaussian process of preferences; raises as `model_of` does.

    An intensity is taken for something of which more is preferred.
    """
    steps = rising_steps(context.space, options)
    knowledge = knowledge_of([] if steps is None else [monotone_differences(steps)])
    differences = model_of(
        context, response_of(context.outcome), options.structure, latent=DifferenceKernel, knowledge=knowledge
    )
    return PreferenceModel(differences=differences, reference=context.reference)
