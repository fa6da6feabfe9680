"""What an event means for the tables that people read, and so what is recorded beside it.

Made from the stored messages alone: a log whose config this version could not run can still be read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.message import DecodeError

from aepsych_grpc.config.proto import value_from_proto
from aepsych_grpc.session.codec import encode
from aepsych_grpc.session.event import Event
from aepsych_grpc.store.record import NewEvent, StoredEvent
from aepsych_grpc.store.row import (
    ConfigRow,
    OutcomeRow,
    OutcomeValueRow,
    ParameterRow,
    ParameterValueRow,
    ResponseRow,
    RevisionRow,
    Row,
    StrategyRow,
    TrialRow,
)
from aepsych_grpc.store.text import without_nul
from aepsych_grpc.v1 import config_pb2, event_pb2, trial_pb2


class Projection:
    """Turns the events of an experiment into rows. Has to see all of them, in order."""

    def __init__(self) -> None:
        self._parameters: dict[str, int] = {}
        self._outcomes: dict[str, int] = {}
        self._asked: dict[int, list[trial_pb2.Stimulus]] = {}

    def recorded(self, event: Event) -> NewEvent:
        """Return what is to be stored of an event."""
        kind, payload = encode(event)
        return NewEvent(kind, event.time, payload, self.rows(event_pb2.Event.FromString(payload)))

    def rows(self, event: event_pb2.Event) -> tuple[Row, ...]:
        """Return the rows that an event adds or replaces."""
        time = event.time.ToDatetime(tzinfo=UTC)
        match event.WhichOneof("kind"):
            case "experiment_created":
                return tuple(self._created(event.experiment_created.config))
            case "trial_asked":
                return tuple(self._trial_asked(event.trial_asked, time))
            case "observation_told":
                return tuple(self._told(event.observation_told, time))
            case "trial_revised":
                return tuple(self._revised(event.trial_revised, time))
            case _:
                return ()

    def _created(self, config: config_pb2.ExperimentConfig) -> Iterator[Row]:
        self._parameters = {parameter.name: place for place, parameter in enumerate(config.parameters)}
        self._outcomes = {outcome.name: place for place, outcome in enumerate(config.outcomes)}
        document = json_format.MessageToDict(config, preserving_proto_field_name=True)
        yield ConfigRow(_json(document))
        for place, parameter in enumerate(config.parameters):
            yield ParameterRow(place, parameter.name, str(parameter.WhichOneof("kind")), without_nul(parameter.unit))
        for place, outcome in enumerate(config.outcomes):
            yield OutcomeRow(place, outcome.name, str(outcome.WhichOneof("kind")))
        for place, strategy in enumerate(config.strategies):
            yield StrategyRow(place, strategy.name)

    def _trial_asked(self, asked: event_pb2.TrialAsked, time: datetime) -> Iterator[Row]:
        self._asked[asked.trial_id] = list(asked.stimuli)
        yield TrialRow(asked.trial_id, asked.strategy_index, _source(asked.source), time, _text(asked.note))
        yield from self._values(asked.trial_id, asked.stimuli)

    def _told(self, told: event_pb2.ObservationTold, time: datetime) -> Iterator[Row]:
        observation = told.observation
        number = observation.trial_id
        if told.unsolicited:
            yield TrialRow(number, None, _source(trial_pb2.TRIAL_SOURCE_UNSOLICITED), None, None)
        if self._asked.pop(number, None) != list(observation.stimuli):  # else they are there already
            yield from self._values(number, observation.stimuli)
        observation_id = observation.observation_id
        metadata = json_format.MessageToDict(observation.metadata)
        yield ResponseRow(
            number,
            time,
            observation.response_time.ToTimedelta().total_seconds() if observation.HasField("response_time") else None,
            observation.exclude_from_model,
            None if observation_id == f"trial-{number}" else _text(observation_id),
            _json(metadata) if metadata else None,
        )
        yield from self._outcome_values(number, observation.outcomes)

    def _revised(self, revised: event_pb2.TrialRevised, time: datetime) -> Iterator[Row]:
        yield RevisionRow(revised.trial_id, time, revised.retracted, _text(revised.reason))
        yield from self._outcome_values(revised.trial_id, revised.outcomes)

    def _values(self, trial_id: int, stimuli: Sequence[trial_pb2.Stimulus]) -> Iterator[ParameterValueRow]:
        for place, stimulus in enumerate(stimuli):
            for name, message in stimulus.values.items():
                value = value_from_proto(message)
                number, category = (None, without_nul(value)) if isinstance(value, str) else (float(value), None)
                yield ParameterValueRow(trial_id, place, self._parameters[name], number, category)

    def _outcome_values(self, trial_id: int, outcomes: Mapping[str, struct_pb2.Value]) -> Iterator[OutcomeValueRow]:
        for name, value in outcomes.items():
            yield OutcomeValueRow(trial_id, self._outcomes[name], value.number_value)


def rows_of_log(events: Sequence[StoredEvent]) -> list[Row]:
    """Return the rows of a whole log, in the order in which they were written.

    Raises:
        ValueError: An event can't be read, or is not the one that the log says it is.
    """
    projection = Projection()
    rows: list[Row] = []
    for stored in events:
        try:
            event = event_pb2.Event.FromString(stored.payload)
            rows += projection.rows(event)
        except (DecodeError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"event {stored.sequence} can't be read ({type(error).__name__}: {error})") from error
        if event.sequence != stored.sequence or event.WhichOneof("kind") != stored.kind:
            raise ValueError(
                f"event {stored.sequence}, {stored.kind}, says that it is event {event.sequence}, "
                f"{event.WhichOneof('kind')}"
            )
    return rows


def _source(number: "trial_pb2.TrialSource.ValueType") -> str:
    return trial_pb2.TrialSource.Name(number).removeprefix("TRIAL_SOURCE_").lower()


def _json(document: Mapping[str, Any]) -> str:
    # Messages keep maps in any order, and what follows from a log is always the same.
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _text(text: str) -> str | None:
    return without_nul(text) or None
