"""Rows of the tables that people read: what the session hands to the store beside an event.

The log alone is the truth, and these repeat it for pandas, R and SQL. A row takes the place of an earlier one with the
same key: a trial, or a trial's parameter, outcome or revision. Parameters, outcomes, strategies and stimuli are counted
from 0, in the order of the config.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """The experiment's config as JSON."""

    config: str


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter of the experiment."""

    parameter: int
    name: str
    kind: str
    unit: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """An outcome of the experiment's trials."""

    outcome: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """A strategy of the experiment."""

    strategy: int
    name: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial that has arisen; `strategy` and `ask_time` are None for one that was told without being asked."""

    trial_id: int
    strategy: int | None
    source: str
    ask_time: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ParameterValueRow:
    """The value of a parameter in a stimulus of a trial: a number, where false is 0 and true is 1, or a category."""

    trial_id: int
    stimulus: int
    parameter: int
    value: float | None
    category: str | None


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response to a trial: its time in seconds, the metadata as JSON, the observation's id if the caller made one."""

    trial_id: int
    tell_time: datetime
    response_time: float | None
    excluded: bool
    observation_id: str | None
    metadata: str | None


@dataclass(frozen=True, slots=True)
class OutcomeValueRow:
    """The value of an outcome of a trial, as told or as corrected since."""

    trial_id: int
    outcome: int
    value: float


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """The latest correction or retraction of a trial's response."""

    trial_id: int
    revise_time: datetime
    retracted: bool
    reason: str | None


Row: TypeAlias = (
    ConfigRow
    | ParameterRow
    | OutcomeRow
    | StrategyRow
    | TrialRow
    | ParameterValueRow
    | ResponseRow
    | OutcomeValueRow
    | RevisionRow
)
