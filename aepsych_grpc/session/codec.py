"""Events as the protobuf messages in which they are stored, and back."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from google.protobuf import json_format

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.proto import (
    from_proto,
    stimulus_from_proto,
    stimulus_to_proto,
    to_proto,
    value_from_proto,
    value_to_proto,
)
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.session.event import (
    Event,
    ExperimentCreated,
    ExperimentFinished,
    Kind,
    LearnedPrior,
    ModelRefitted,
    Observation,
    ObservationCarriedOver,
    ObservationTold,
    RequestIdentity,
    StrategyFinished,
    TrialAsked,
    TrialRevised,
)
from aepsych_grpc.v1 import event_pb2, prior_pb2, trial_pb2

SOURCE_TO_PROTO = {source: trial_pb2.TrialSource.Value(f"TRIAL_SOURCE_{source.name}") for source in Source}
_SOURCE_FROM_PROTO = {number: source for source, number in SOURCE_TO_PROTO.items()}


def encode(event: Event) -> tuple[str, bytes]:
    """Return the name of the event's kind and the event as bytes."""
    message = event_to_proto(event)
    kind = message.WhichOneof("kind")
    return str(kind), message.SerializeToString(deterministic=True)


def decode(payload: bytes) -> Event:
    """Return the event that `encode` made the bytes from."""
    return event_from_proto(event_pb2.Event.FromString(payload))


def event_to_proto(event: Event) -> event_pb2.Event:
    """Convert an event to its message."""
    message = event_pb2.Event(sequence=event.sequence)
    message.time.FromDatetime(event.time)
    kind = event.kind
    if isinstance(kind, ExperimentCreated):
        created = message.experiment_created
        created.config.CopyFrom(to_proto(kind.config))
        created.participant_id = kind.participant_id
        created.labels.update(kind.labels)
        created.warm_start_experiment_ids.extend(kind.warm_start_from)
        created.server_version = kind.server_version
        created.learned_priors.extend(map(learned_prior_to_proto, kind.learned_priors))
        created.prior_warnings.extend(kind.prior_warnings)
        _write_request(created.request, kind.request)
    elif isinstance(kind, ObservationCarriedOver):
        carried = message.observation_carried_over
        carried.experiment_id = kind.experiment_id
        carried.trial_id = kind.trial_id
        carried.stimuli.extend(map(stimulus_to_proto, kind.stimuli))
        for name, value in kind.outcomes.items():
            carried.outcomes[name].CopyFrom(value_to_proto(value))
    elif isinstance(kind, ModelRefitted):
        refitted = message.model_refitted
        refitted.strategy_index = kind.strategy_index
        refitted.data_sequence = kind.data_sequence
        refitted.hyperparameters.extend(kind.hyperparameters)
        refitted.note = kind.note
        refitted.outcome = kind.outcome
    elif isinstance(kind, TrialAsked):
        _write_asked(message.trial_asked, kind)
    elif isinstance(kind, ObservationTold):
        told = message.observation_told
        told.observation.CopyFrom(observation_to_proto(kind.observation))
        told.unsolicited = kind.unsolicited
        told.content_digest = kind.content_digest
    elif isinstance(kind, TrialRevised):
        revised = message.trial_revised
        revised.trial_id = kind.trial_id
        revised.retracted = not kind.outcomes
        for name, value in kind.outcomes.items():
            revised.outcomes[name].CopyFrom(value_to_proto(value))
        revised.reason = kind.reason
        _write_request(revised.request, kind.request)
    elif isinstance(kind, StrategyFinished):
        message.strategy_finished.strategy_index = kind.strategy_index
        message.strategy_finished.reason = kind.reason
        _write_request(message.strategy_finished.request, kind.request)
    else:
        message.experiment_finished.reason = kind.reason
        _write_request(message.experiment_finished.request, kind.request)
    return message


def event_from_proto(message: event_pb2.Event) -> Event:
    """Convert a message to its event."""
    return Event(message.sequence, message.time.ToDatetime(tzinfo=UTC), _kind(message))


def _kind(message: event_pb2.Event) -> Kind:
    match message.WhichOneof("kind"):
        case "experiment_created":
            created = message.experiment_created
            return ExperimentCreated(
                config=from_proto(created.config, CATALOGUE),
                participant_id=created.participant_id,
                labels=dict(created.labels),
                warm_start_from=tuple(created.warm_start_experiment_ids),
                server_version=created.server_version,
                learned_priors=tuple(map(_read_learned_prior, created.learned_priors)),
                prior_warnings=tuple(created.prior_warnings),
                request=_read_request(created.request),
            )
        case "observation_carried_over":
            carried = message.observation_carried_over
            return ObservationCarriedOver(
                experiment_id=carried.experiment_id,
                trial_id=carried.trial_id,
                stimuli=tuple(map(stimulus_from_proto, carried.stimuli)),
                outcomes=_read_outcomes(carried.outcomes),
            )
        case "model_refitted":
            refitted = message.model_refitted
            return ModelRefitted(
                strategy_index=refitted.strategy_index,
                data_sequence=refitted.data_sequence,
                hyperparameters=tuple(refitted.hyperparameters),
                note=refitted.note,
                outcome=refitted.outcome,
            )
        case "trial_asked":
            return _read_asked(message.trial_asked)
        case "observation_told":
            told = message.observation_told
            return ObservationTold(
                observation=_read_observation(told.observation),
                unsolicited=told.unsolicited,
                content_digest=told.content_digest,
            )
        case "trial_revised":
            revised = message.trial_revised
            return TrialRevised(
                trial_id=revised.trial_id,
                outcomes=_read_outcomes(revised.outcomes),
                reason=revised.reason,
                request=_read_request(revised.request),
            )
        case "strategy_finished":
            ended = message.strategy_finished
            return StrategyFinished(
                strategy_index=ended.strategy_index, reason=ended.reason, request=_read_request(ended.request)
            )
        case "experiment_finished":
            finished = message.experiment_finished
            return ExperimentFinished(reason=finished.reason, request=_read_request(finished.request))
        case other:
            raise ValueError(f"The log has an event of a kind that this version does not know: {other}.")


def learned_prior_to_proto(learned: LearnedPrior) -> prior_pb2.LearnedPrior:
    """Convert what earlier experiments have taught to its message."""
    return prior_pb2.LearnedPrior(
        strategy_index=learned.strategy_index,
        outcome=learned.outcome,
        experiment_ids=learned.experiment_ids,
        hyperparameters=[
            prior_pb2.HyperparameterPrior(name=one.name, centre=one.centre, sd=one.sd)
            for one in learned.hyperprior.parameters
        ],
    )


def _read_learned_prior(message: prior_pb2.LearnedPrior) -> LearnedPrior:
    parameters = tuple(LogParameter(one.name, one.centre, one.sd) for one in message.hyperparameters)
    return LearnedPrior(
        strategy_index=message.strategy_index,
        outcome=message.outcome,
        experiment_ids=tuple(message.experiment_ids),
        hyperprior=Hyperprior(parameters),
    )


def _write_asked(message: event_pb2.TrialAsked, asked: TrialAsked) -> None:
    message.trial_id = asked.trial_id
    message.stimuli.extend(stimulus_to_proto(stimulus) for stimulus in asked.stimuli)
    message.strategy_index = asked.strategy_index
    message.source = SOURCE_TO_PROTO[asked.source]
    message.data_sequence = asked.data_sequence
    for name, value in asked.fixed_parameters.items():
        message.fixed_parameters[name].CopyFrom(value_to_proto(value))
    message.batch_index = asked.batch_index
    message.batch_size = asked.batch_size
    message.note = asked.note
    _write_request(message.request, asked.request)


def _read_asked(message: event_pb2.TrialAsked) -> TrialAsked:
    return TrialAsked(
        trial_id=message.trial_id,
        stimuli=tuple(map(stimulus_from_proto, message.stimuli)),
        strategy_index=message.strategy_index,
        source=_SOURCE_FROM_PROTO[message.source],
        data_sequence=message.data_sequence,
        fixed_parameters=_read_values(message.fixed_parameters),
        batch_index=message.batch_index,
        batch_size=message.batch_size,
        note=message.note,
        request=_read_request(message.request),
    )


def observation_to_proto(observation: Observation) -> trial_pb2.Observation:
    """Convert an observation to its message."""
    message = trial_pb2.Observation(
        observation_id=observation.observation_id,
        trial_id=observation.trial_id,
        stimuli=map(stimulus_to_proto, observation.stimuli),
        outcomes={name: value_to_proto(value) for name, value in observation.outcomes.items()},
        exclude_from_model=observation.exclude_from_model,
    )
    if observation.response_time is not None:
        message.response_time.FromTimedelta(timedelta(seconds=observation.response_time))
    if observation.metadata:
        message.metadata.update(observation.metadata)
    return message


def _read_observation(message: trial_pb2.Observation) -> Observation:
    return Observation(
        observation_id=message.observation_id,
        trial_id=message.trial_id,
        stimuli=tuple(map(stimulus_from_proto, message.stimuli)),
        outcomes=_read_outcomes(message.outcomes),
        response_time=message.response_time.ToTimedelta().total_seconds()
        if message.HasField("response_time")
        else None,
        metadata=json_format.MessageToDict(message.metadata),
        exclude_from_model=message.exclude_from_model,
    )


def _read_outcomes(outcomes: Mapping[str, Any]) -> dict[str, float]:
    return {name: value.number_value for name, value in outcomes.items()}


def _read_values(values: Mapping[str, Any]) -> dict[str, Value]:
    return {name: value_from_proto(value) for name, value in values.items()}


def _write_request(message: event_pb2.RequestIdentity, request: RequestIdentity) -> None:
    message.request_id = request.request_id
    message.content_digest = request.content_digest


def _read_request(message: event_pb2.RequestIdentity) -> RequestIdentity:
    return RequestIdentity(request_id=message.request_id, content_digest=message.content_digest)
