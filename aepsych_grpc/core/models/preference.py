"""Gaussian process preference: the default model of choices between two stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.models.latent_posterior import LatentPosterior
from aepsych_grpc.core.models.model import Fit, TrainingData
from aepsych_grpc.core.models.structure import StructureOptions, kernel_of
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
        kernel: The prior of the differences.
        reference: Points spread over the space, `r x d`; utilities are relative to their mean over these.
        learned: See `GaussianProcessModel`.
    """

    kernel: DifferenceKernel
    response: Response
    reference: Tensor
    learned: Hyperprior | None = None

    @property
    def differences(self) -> GaussianProcessModel:
        """The model of the differences between the stimuli of a trial."""
        return GaussianProcessModel(kernel=self.kernel, response=self.response, learned=self.learned)

    def response_given(self, data: TrainingData, hyperparameters: Sequence[float]) -> Response:
        """Return how differences make choices."""
        return self.differences.response_given(data, hyperparameters)

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn log hyperparameters; never raises."""
        return self.differences.fit(data, start)

    def condition(
        self, data: TrainingData, hyperparameters: Sequence[float], warm: Posterior | None = None
    ) -> LatentPosterior:
        """Return the belief about differences; see `GaussianProcessModel.condition`."""
        return self.differences.condition(data, hyperparameters, warm)

    def readout(self, data: TrainingData, hyperparameters: Sequence[float]) -> tuple[UtilityPosterior, ...]:
        """Return equally likely beliefs about utilities; see `GaussianProcessModel.readout`."""
        beliefs = self.differences.readout(data, hyperparameters)
        return tuple(UtilityPosterior(belief, self.kernel, self.reference) for belief in beliefs)

    def population_prior(self, participants: Sequence[TrainingData]) -> Hyperprior:
        """See `GaussianProcessModel.population_prior`."""
        return self.differences.population_prior(participants)

    def refit_due(self, n: int, last: int | None) -> bool:
        """See `GaussianProcessModel.refit_due`."""
        return self.differences.refit_due(n, last)


def build_preference(context: ModelContext, options: StructureOptions) -> PreferenceModel:
    """Build the Gaussian process of preferences; raises as `kernel_of` does.

    An intensity is taken for something of which more is preferred.
    """
    kernel = DifferenceKernel(kernel_of(context, options))
    return PreferenceModel(
        kernel=kernel, response=response_of(context.outcome), reference=context.reference, learned=context.hyperprior
    )
