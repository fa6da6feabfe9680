"""The state of an experiment and of a server, at a glance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.notebook import html_table
from aepsych_grpc.client.trial import read_time
from aepsych_grpc.config.proto import value_from_proto
from aepsych_grpc.v1 import experiment_pb2, prior_pb2, server_info_pb2
from aepsych_grpc.v1.experiment_service_pb2 import GetServerInfoResponse


@dataclass(frozen=True, slots=True)
class StrategyProgress:
    """How far a strategy is; `remaining` says what is still missing, for people."""

    name: str
    asked_count: int
    told_count: int
    finished: bool
    remaining: tuple[str, ...]
    generator: str
    model: str
    acquisition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentState:
    """The state of an experiment at a glance.

    Attributes:
        experiment_id: Its id.
        participant_id: Who takes part.
        name: Name of the study.
        labels: The config's labels and those given to `setup`.
        sequence: Sequence of the latest event.
        finished: Whether nothing is left to ask.
        asked_count: Trials asked so far.
        told_count: Observations told so far, excluded ones included.
        pending_count: Trials that await a response.
        current_strategy: Name of the strategy whose turn it is; empty when finished.
        strategies: Progress of each strategy.
        can_model: Whether there is a model and data to query.
        create_time: When it was set up.
        update_time: When the latest event was recorded.
        learned_from: Ids of the earlier experiments that have taught the prior of its hyperparameters.
        warm_started_from: Ids of the earlier experiments whose responses were carried over.
        carried_over_count: How many responses that were; no other count includes them.
    """

    experiment_id: str
    participant_id: str
    name: str
    labels: Mapping[str, str]
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
    learned_from: tuple[str, ...]
    warm_started_from: tuple[str, ...]
    carried_over_count: int

    def _repr_html_(self) -> str:
        rows = [
            [
                item.name + (" ◂" if item.name == self.current_strategy else ""),
                _chooses_by(item.generator, item.model, item.acquisition),
                str(item.asked_count),
                str(item.told_count),
                "finished" if item.finished else ", ".join(item.remaining),
            ]
            for item in self.strategies
        ]
        going = "finished" if self.finished else "running"
        who = _caption(self.name, self.experiment_id, self.participant_id)
        carried = f" and {self.carried_over_count} carried over" if self.carried_over_count else ""
        caption = f"{who}: {going}, {self.told_count} response{'' if self.told_count == 1 else 's'}{carried}"
        return html_table(["strategy", "chooses by", "asked", "told", "remaining"], rows, caption)


def config_html(handle: Handle) -> str:
    """Return a table of an experiment's strategies, as far as it is known without the server."""
    rows = [
        [item.name, _chooses_by(item.generator.name, item.model.name, item.acquisition.name)]
        for item in handle.config.strategies
    ]
    caption = _caption(handle.config.name, handle.experiment_id, handle.participant_id)
    return html_table(["strategy", "chooses by"], rows, f"{caption}, at {handle.connection.target}")


def _caption(name: str, experiment_id: str, participant_id: str) -> str:
    who = f", participant {participant_id}" if participant_id else ""
    return f"{name or 'Experiment'} {experiment_id}{who}"


def _chooses_by(*parts: str) -> str:
    return " + ".join(part for part in parts if part)


def read_state(message: experiment_pb2.Experiment) -> ExperimentState:
    """Read an experiment's state."""
    return ExperimentState(
        experiment_id=message.experiment_id,
        participant_id=message.participant_id,
        name=message.name,
        labels=dict(message.labels),
        sequence=message.sequence,
        finished=message.state == experiment_pb2.EXPERIMENT_STATE_FINISHED,
        asked_count=message.asked_count,
        told_count=message.told_count,
        pending_count=message.pending_count,
        current_strategy=message.current_strategy,
        strategies=tuple(
            StrategyProgress(
                item.name,
                item.asked_count,
                item.told_count,
                item.finished,
                tuple(item.remaining),
                item.generator,
                item.model,
                item.acquisition,
            )
            for item in message.strategies
        ),
        can_model=message.can_model,
        create_time=read_time(message.create_time),
        update_time=read_time(message.update_time),
        learned_from=read_learned_from(message.learned_priors),
        warm_started_from=tuple(message.warm_start_experiment_ids),
        carried_over_count=message.carried_over_count,
    )


def read_learned_from(priors: Iterable[prior_pb2.LearnedPrior]) -> tuple[str, ...]:
    """Return the ids of the experiments that have taught a prior, each once."""
    return tuple(dict.fromkeys(experiment_id for prior in priors for experiment_id in prior.experiment_ids))


@dataclass(frozen=True, slots=True)
class OptionInfo:
    """An option of a catalogue entry; `default` is None when there is none."""

    name: str
    type: str
    default: Any
    description: str


@dataclass(frozen=True, slots=True)
class ComponentInfo:
    """An entry of the server's catalogue."""

    name: str
    summary: str
    options: tuple[OptionInfo, ...]
    outcome_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server takes in one call."""

    max_observations_per_tell: int
    max_trials_per_ask: int
    max_points_per_query: int
    max_page_size: int
    max_message_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerInfo:
    """Version, limits and catalogue of a server."""

    version: str
    limits: Limits
    models: tuple[ComponentInfo, ...]
    acquisitions: tuple[ComponentInfo, ...]
    generators: tuple[ComponentInfo, ...]
    queries: tuple[str, ...]
    outcome_kinds: tuple[str, ...]


def read_server_info(message: GetServerInfoResponse) -> ServerInfo:
    """Read what a server says of itself."""
    limits = message.limits
    return ServerInfo(
        version=message.version,
        limits=Limits(
            limits.max_observations_per_tell,
            limits.max_trials_per_ask,
            limits.max_points_per_query,
            limits.max_page_size,
            limits.max_message_bytes,
        ),
        models=tuple(map(_component, message.models)),
        acquisitions=tuple(map(_component, message.acquisitions)),
        generators=tuple(map(_component, message.generators)),
        queries=tuple(message.queries),
        outcome_kinds=tuple(message.outcome_kinds),
    )


def _component(message: server_info_pb2.ComponentInfo) -> ComponentInfo:
    options = tuple(
        OptionInfo(item.name, item.type, value_from_proto(item.default_value), item.description)
        for item in message.options
    )
    return ComponentInfo(message.name, message.summary, options, tuple(message.outcome_kinds))
