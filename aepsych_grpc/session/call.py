"""What is asked of a session and what it answers, in its own terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.session.event import ANONYMOUS, LearnedPrior, Observation, RequestIdentity, Stimulus


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCall:
    """Sets up an experiment. The config carries the final seed (or None) and is checked already.

    `warm_start_from` names experiments whose observations are carried over, `prior_from` those to learn a prior from;
    empty for those that the config finds. `deadline` is in terms of `time.monotonic()`.
    """

    config: ExperimentConfig
    participant_id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    warm_start_from: tuple[str, ...] = ()
    prior_from: tuple[str, ...] = ()
    deadline: float | None = None
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupAnswer:
    """The experiment's id, its config as understood, and what earlier experiments have given it."""

    experiment_id: str
    config: ExperimentConfig
    learned_priors: tuple[LearnedPrior, ...] = ()
    prior_warnings: tuple[str, ...] = ()
    carried_over_count: int = 0
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCall:
    """Asks for the next trials. `deadline` is in terms of `time.monotonic()`."""

    count: int = 1
    fixed_parameters: Mapping[str, Value] = field(default_factory=dict)
    deadline: float | None = None
    request: RequestIdentity = ANONYMOUS
    path: str = "fixed_parameters"
    """Where the caller's fixed parameters stand in its request, for violations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """How an observation was revised: what was told, by the event at which sequence; how often, when and why last."""

    told_outcomes: Mapping[str, float]
    tell_sequence: int
    count: int
    time: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial: what is shown, where it came from, and what was answered (None while pending).

    The observation has the outcomes as they were corrected; one that was retracted has none.
    """

    trial_id: int
    stimuli: tuple[Stimulus, ...]
    strategy: str
    source: Source
    data_sequence: int
    sequence: int
    ask_time: datetime | None
    tell_time: datetime | None = None
    observation: Observation | None = None
    revision: Revision | None = None
    note: str = ""

    @property
    def retracted(self) -> bool:
        """Whether its response was retracted."""
        return self.observation is not None and not self.observation.outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAnswer:
    """The trials to run; `finished` when nothing is left to ask."""

    trials: tuple[Trial, ...]
    finished: bool
    sequence: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenObservation:
    """A response as the caller sent it, nothing checked or filled in. Outcomes are any JSON values."""

    observation_id: str = ""
    trial_id: int = 0
    stimuli: tuple[Mapping[str, Any], ...] = ()
    outcomes: Mapping[str, Any]
    response_time: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    exclude_from_model: bool = False
    content_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How an observation was recorded."""

    observation_id: str
    trial_id: int
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TellAnswer:
    """One receipt for each observation, in their order."""

    receipts: tuple[Receipt, ...]
    finished: bool
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseCall:
    """Corrects outcomes of a told trial, any JSON values; or retracts its observation when none are given."""

    trial_id: int
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    request: RequestIdentity = ANONYMOUS


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseAnswer:
    """The trial afterwards."""

    trial: Trial
    sequence: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyProgress:
    """How far a strategy is."""

    name: str
    asked_count: int
    told_count: int
    finished: bool
    remaining: tuple[str, ...]
    generator: str
    model: str
    acquisition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of an experiment at a glance."""

    experiment_id: str
    participant_id: str
    labels: Mapping[str, str]
    config: ExperimentConfig
    sequence: int
    finished: bool
    asked_count: int
    told_count: int
    pending_count: int
    current_strategy: str
    strategies: tuple[StrategyProgress, ...]
    can_model: bool
    create_time: datetime
    update_time: datetime
    learned_priors: tuple[LearnedPrior, ...]
    warm_start_from: tuple[str, ...]
    carried_over_count: int
