"""The events of an experiment: all that ever happened to it, and so all that its state can follow from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.core.models.hyperprior import Hyperprior

Stimulus: TypeAlias = Mapping[str, Value]
"""A value for every parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestIdentity:
    """The call that caused an event, so that the same call sent again is recognised."""

    request_id: str = ""
    content_digest: bytes = b""


ANONYMOUS = RequestIdentity()
"""A call without a request id; it is not recognised when it is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A response to a trial, complete: with its id, trial and stimuli."""

    observation_id: str
    trial_id: int
    stimuli: tuple[Stimulus, ...]
    outcomes: Mapping[str, float]
    response_time: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    exclude_from_model: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedPrior:
    """What earlier experiments have taught of the hyperparameters of an outcome's model in a strategy."""

    strategy_index: int
    outcome: str
    experiment_ids: tuple[str, ...]
    hyperprior: Hyperprior


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentCreated:
    """The experiment was set up.

    `warm_start_from` are the experiments whose observations are carried over. `prior_warnings` say which earlier
    experiments have not taught it and why, and what else is to be said of them.
    """

    config: ExperimentConfig
    participant_id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    server_version: str = ""
    warm_start_from: tuple[str, ...] = ()
    learned_priors: tuple[LearnedPrior, ...] = ()
    prior_warnings: tuple[str, ...] = ()
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRefitted:
    """A strategy's model took new hyperparameters, learned from the events up to `data_sequence`.

    `outcome` is what it is about; empty for the outcome that the strategy's model is for.
    """

    strategy_index: int
    data_sequence: int
    hyperparameters: tuple[float, ...]
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAsked:
    """A trial was asked, chosen from the events up to `data_sequence`."""

    trial_id: int
    stimuli: tuple[Stimulus, ...]
    strategy_index: int
    source: Source
    data_sequence: int
    fixed_parameters: Stimulus = field(default_factory=dict)
    batch_index: int = 0
    batch_size: int = 1
    note: str = ""
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationTold:
    """An observation was told; `content_digest` is that of the observation as it was sent."""

    observation: Observation
    unsolicited: bool
    content_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyFinished:
    """A strategy ended by request, or by a rule that a clock or a model decides: then `reason` says which."""

    strategy_index: int
    reason: str = ""
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentFinished:
    """The experiment was ended by request."""

    reason: str = ""
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRevised:
    """An observation was corrected, to `outcomes`, which are all that it has; or retracted, without any."""

    trial_id: int
    outcomes: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationCarriedOver:
    """An observation of an earlier experiment, with this experiment's parameters and outcomes; no trial of its own."""

    experiment_id: str
    trial_id: int
    stimuli: tuple[Stimulus, ...]
    outcomes: Mapping[str, float]


Kind: TypeAlias = (
    ExperimentCreated
    | ObservationCarriedOver
    | ModelRefitted
    | TrialAsked
    | ObservationTold
    | TrialRevised
    | StrategyFinished
    | ExperimentFinished
)


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the log: its gap-free position from 1, when it was recorded, and what happened."""

    sequence: int
    time: datetime
    kind: Kind
