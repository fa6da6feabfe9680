"""The seam between models and the session."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from aepsych_grpc.core.models.expectation_propagation import TOLERANCE
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a model learns from: points `n x d` in the unit cube and responses `n`, float64.

    Of a trial with several stimuli the point has them side by side.
    """

    X: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, slots=True)
class Fit:
    """Hyperparameters learned from data, in the model's own order and scale, as they are recorded.

    `note` says what went wrong when the hyperparameters are a fallback (the start values); empty otherwise.
    """

    hyperparameters: tuple[float, ...]
    note: str = ""


class Model(Protocol):
    """A model of one outcome. Every method is a pure function of its arguments, bit for bit."""

    @property
    def response(self) -> Response:
        """How the latent field makes responses, with parameters of its own (if any) at their prior's centre."""

    def response_given(self, data: TrainingData, hyperparameters: Sequence[float]) -> Response:
        """Return how the latent field makes responses, given data and hyperparameters."""

    def fit(self, data: TrainingData, start: Sequence[float] | None = None) -> Fit:
        """Learn hyperparameters from at least one trial, starting from earlier ones when given. Never raises."""

    def condition(
        self,
        data: TrainingData,
        hyperparameters: Sequence[float],
        warm: Posterior | None = None,
        *,
        tolerance: float = TOLERANCE,
    ) -> Posterior:
        """Return the belief given data and hyperparameters, which trials are chosen by: about points as in the data.

        `warm` is the belief from a beginning of the same data, by the same or other hyperparameters; it saves time.
        `tolerance` is how far mean and variance of f at the trials may be from where they settle, roughly.
        """

    def alternatives(self, hyperparameters: Sequence[float], belief: Posterior) -> tuple[tuple[float, ...], ...]:
        """Return equally likely hyperparameters, from the most probable ones and the belief that these make.

        Trials are chosen by the beliefs that all of them make, together; if there are none, by the one given.
        """

    def readout(self, data: TrainingData, hyperparameters: Sequence[float]) -> tuple[Posterior, ...]:
        """Return beliefs, equally likely, that together average over the hyperparameters' own uncertainty.

        They are about points of single stimuli, for queries.
        """

    def population_prior(self, participants: Sequence[Sequence[TrainingData]]) -> Hyperprior | None:
        """Return the prior of the next participant's hyperparameters, learned from earlier participants.

        Each has the data of one or several experiments. Never raises; None for a model that learns nothing from them.
        """

    def refit_due(self, n: int, last: int | None) -> bool:
        """Whether n observations deserve new hyperparameters, the last ones having been learned from `last`."""
