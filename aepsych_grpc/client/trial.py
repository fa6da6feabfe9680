"""Trials as the client has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from google.protobuf.timestamp_pb2 import Timestamp

from aepsych_grpc.client.notebook import html_table, number
from aepsych_grpc.client.results import Estimate
from aepsych_grpc.client.values import ValueReader
from aepsych_grpc.config.parameter import Value as ParameterValue
from aepsych_grpc.config.proto import value_from_proto
from aepsych_grpc.v1 import config_pb2, event_pb2, trial_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """How a response was corrected or retracted.

    Attributes:
        told_outcomes: The outcomes as they were told.
        tell_sequence: Sequence of the event that told them.
        count: How often it was revised.
        revise_time: When it was revised last.
        reason: Why it was revised last.
    """

    told_outcomes: Mapping[str, float]
    tell_sequence: int
    count: int
    revise_time: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial(Mapping[str, ParameterValue]):
    """One trial: what is shown, where it came from, and what was answered.

    It reads like its stimulus, when it has one: `trial["contrast"]`, `"contrast" in trial`, `dict(trial)`.

    Attributes:
        trial_id: Number within the experiment, from 1.
        stimuli: What to show; once it is told, what was shown.
        strategy: Name of the strategy that chose it; empty for a trial that was told without being asked.
        source: How it was chosen: "sobol", "model", "fallback", "manual", "unsolicited", "random" or "rule".
        state: "pending", "told" or "retracted".
        as_asked: Whether what was asked was shown; None while pending, and for a trial that was not asked.
        outcomes: What was answered, by outcome, as corrected; None while pending and once retracted.
        response_time: Seconds that the participant took, if told.
        metadata: What was kept with the response.
        exclude_from_model: Whether the response is kept but not learned from.
        ask_time: When it was asked.
        tell_time: When it was told.
        data_sequence: The choice used the events up to this sequence.
        sequence: Sequence of the event that last changed it.
        note: Why the source is "fallback".
        posterior: The model's prediction at the stimulus, where it was asked for.
        revision: How the response was revised; None where it stands as it was told.
    """

    trial_id: int
    stimuli: tuple[Mapping[str, ParameterValue], ...]
    strategy: str = ""
    source: str = "unspecified"
    state: str = "pending"
    as_asked: bool | None = None
    outcomes: Mapping[str, float] | None = None
    response_time: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    exclude_from_model: bool = False
    ask_time: datetime | None = None
    tell_time: datetime | None = None
    data_sequence: int = 0
    sequence: int = 0
    note: str = ""
    posterior: Estimate | None = None
    revision: Revision | None = None

    @property
    def tell_sequence(self) -> int | None:
        """Sequence of the event that told it; None while pending."""
        if self.state == "pending":
            return None
        return self.revision.tell_sequence if self.revision else self.sequence

    @property
    def stimulus(self) -> Mapping[str, ParameterValue]:
        """The stimulus, when the trial has one.

        Raises:
            ValueError: The trial has several.
        """
        if len(self.stimuli) != 1:
            raise ValueError(f"Trial {self.trial_id} has {len(self.stimuli)} stimuli; use `stimuli`.")
        return self.stimuli[0]

    def __getitem__(self, parameter: str) -> ParameterValue:
        return self.stimulus[parameter]

    def __iter__(self) -> Iterator[str]:
        return iter(self.stimulus)

    def __len__(self) -> int:
        return len(self.stimulus)

    def __bool__(self) -> bool:
        # A trial with several stimuli has no length.
        return True

    def __str__(self) -> str:
        shown = " | ".join(", ".join(f"{k}={number(v)}" for k, v in stimulus.items()) for stimulus in self.stimuli)
        answer = "" if self.state == "pending" else f" -> {self._answer()}"
        return f"Trial {self.trial_id}: {shown}{answer}"

    def _repr_html_(self) -> str:
        rows = [[str(i), *map(number, stimulus.values())] for i, stimulus in enumerate(self.stimuli)]
        caption = f"Trial {self.trial_id} ({self.source}): {self._answer()}"
        return html_table(["stimulus", *self.stimuli[0]], rows, caption)

    def _answer(self) -> str:
        now = "retracted" if self.state == "retracted" else "awaits a response"
        answer = now if self.outcomes is None else _outcomes(self.outcomes)
        return f"{answer} (told: {_outcomes(self.revision.told_outcomes)})" if self.revision else answer


def _outcomes(outcomes: Mapping[str, float]) -> str:
    return ", ".join(f"{name}={number(value)}" for name, value in outcomes.items())


Shown: TypeAlias = Trial | int | Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""What a response is to: an asked trial, its number, or the stimulus (or stimuli) of a trial that was not asked."""

Answer: TypeAlias = float | bool | Mapping[str, Any]
"""A response: the value of the experiment's only outcome, or values by outcome."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A response to tell.

    Attributes:
        shown: The asked trial, its number, or the stimulus (or stimuli) of a trial that was not asked.
        outcome: The value of the experiment's only outcome, or values by outcome: 0 or 1 (binary), count
            (proportion), level (ordinal), number (continuous), position (choice).
        response_time: Seconds that the participant took.
        metadata: Anything to keep with it that JSON can say.
        exclude_from_model: Keep it, but do not learn from it.
    """

    shown: Shown
    outcome: Answer
    response_time: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    exclude_from_model: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an observation was recorded.

    Attributes:
        trial_id: The trial that it belongs to.
        observation_id: Its id.
        duplicate: Whether it had been recorded before.
        sequence: Sequence of the experiment's latest event.
        finished: Whether nothing is left to ask.
        next_trial: The next trial, if it was asked for and there is one.
    """

    trial_id: int
    observation_id: str
    duplicate: bool
    sequence: int
    finished: bool
    next_trial: Trial | None = None


def read_trial(message: trial_pb2.Trial, reader: ValueReader) -> Trial:
    """Read a trial."""
    observation = message.observation if message.HasField("observation") else None
    timed = observation is not None and observation.HasField("response_time")
    metadata = observation.metadata.fields.items() if observation else ()
    shown = observation.stimuli if observation and observation.stimuli else message.stimuli
    return Trial(
        trial_id=message.trial_id,
        stimuli=tuple(reader.stimulus(stimulus) for stimulus in shown),
        strategy=message.strategy,
        source=name_of(trial_pb2.TrialSource, message.source, "TRIAL_SOURCE_"),
        state=name_of(trial_pb2.TrialState, message.state, "TRIAL_STATE_"),
        as_asked=list(shown) == list(message.stimuli) if observation and message.HasField("ask_time") else None,
        outcomes=reader.outcomes(observation.outcomes) if observation and observation.outcomes else None,
        response_time=observation.response_time.ToTimedelta().total_seconds() if observation and timed else None,
        metadata={name: value_from_proto(value) for name, value in metadata},
        exclude_from_model=bool(observation and observation.exclude_from_model),
        ask_time=read_time(message.ask_time) if message.HasField("ask_time") else None,
        tell_time=read_time(message.tell_time) if message.HasField("tell_time") else None,
        data_sequence=message.data_sequence,
        sequence=message.sequence,
        note=message.note,
        posterior=Estimate.from_proto(message.posterior) if message.HasField("posterior") else None,
        revision=_read_revision(message.revision, reader) if message.HasField("revision") else None,
    )


def _read_revision(message: trial_pb2.Revision, reader: ValueReader) -> Revision:
    return Revision(
        told_outcomes=reader.outcomes(message.told_outcomes),
        tell_sequence=message.tell_sequence,
        count=message.count,
        revise_time=read_time(message.revise_time),
        reason=message.reason,
    )


def read_asked(event: event_pb2.Event, config: config_pb2.ExperimentConfig, reader: ValueReader) -> Trial:
    """Read the trial that an event has asked, as it was then."""
    asked = event.trial_asked
    return Trial(
        trial_id=asked.trial_id,
        stimuli=tuple(reader.stimulus(stimulus) for stimulus in asked.stimuli),
        strategy=config.strategies[asked.strategy_index].name,
        source=name_of(trial_pb2.TrialSource, asked.source, "TRIAL_SOURCE_"),
        ask_time=read_time(event.time),
        data_sequence=asked.data_sequence,
        sequence=event.sequence,
        note=asked.note,
    )


def read_time(message: Timestamp) -> datetime:
    """Return a point in time."""
    return message.ToDatetime(tzinfo=UTC)


def name_of(kinds: Any, number: int, prefix: str) -> str:
    """Return an enum's value in lower case; a value that a newer server has added counts as not known."""
    known = number if number in kinds.values() else 0
    return str(kinds.Name(known)).removeprefix(prefix).lower()
