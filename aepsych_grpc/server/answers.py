"""The session's answers as messages."""

from collections.abc import Iterable
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from aepsych_grpc.config.proto import stimulus_to_proto, to_proto, value_to_proto
from aepsych_grpc.core.queries.estimate import Estimate
from aepsych_grpc.session.call import Overview, Receipt, Revision, StrategyProgress, Trial
from aepsych_grpc.session.codec import SOURCE_TO_PROTO, learned_prior_to_proto, observation_to_proto
from aepsych_grpc.store.record import ExperimentRecord
from aepsych_grpc.v1 import experiment_pb2, trial_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


def trial_message(trial: Trial) -> trial_pb2.Trial:
    """Convert a trial."""
    return trial_pb2.Trial(
        trial_id=trial.trial_id,
        stimuli=map(stimulus_to_proto, trial.stimuli),
        strategy=trial.strategy,
        source=SOURCE_TO_PROTO[trial.source],
        state=_trial_state(trial),
        data_sequence=trial.data_sequence,
        sequence=trial.sequence,
        ask_time=_timestamp(trial.ask_time),
        tell_time=_timestamp(trial.tell_time),
        observation=observation_to_proto(trial.observation) if trial.observation is not None else None,
        note=trial.note,
        revision=_revision_message(trial.revision) if trial.revision is not None else None,
    )


def _trial_state(trial: Trial) -> trial_pb2.TrialState.ValueType:
    if trial.observation is None:
        return trial_pb2.TRIAL_STATE_PENDING
    return trial_pb2.TRIAL_STATE_RETRACTED if trial.retracted else trial_pb2.TRIAL_STATE_TOLD


def _revision_message(revision: Revision) -> trial_pb2.Revision:
    return trial_pb2.Revision(
        told_outcomes={name: value_to_proto(value) for name, value in revision.told_outcomes.items()},
        count=revision.count,
        revise_time=_timestamp(revision.time),
        reason=revision.reason,
        tell_sequence=revision.tell_sequence,
    )


def trial_messages(trials: Iterable[Trial]) -> list[trial_pb2.Trial]:
    """Convert trials."""
    return [trial_message(trial) for trial in trials]


def receipt_message(receipt: Receipt) -> v1.ObservationReceipt:
    """Convert a receipt."""
    return v1.ObservationReceipt(
        observation_id=receipt.observation_id, trial_id=receipt.trial_id, duplicate=receipt.duplicate
    )


def experiment_message(overview: Overview) -> experiment_pb2.Experiment:
    """Convert the state of an experiment."""
    return experiment_pb2.Experiment(
        experiment_id=overview.experiment_id,
        participant_id=overview.participant_id,
        labels=overview.labels,
        config=to_proto(overview.config),
        name=overview.config.name,
        sequence=overview.sequence,
        state=_state(finished=overview.finished),
        asked_count=overview.asked_count,
        told_count=overview.told_count,
        pending_count=overview.pending_count,
        current_strategy=overview.current_strategy,
        strategies=map(_progress_message, overview.strategies),
        can_model=overview.can_model,
        create_time=_timestamp(overview.create_time),
        update_time=_timestamp(overview.update_time),
        learned_priors=map(learned_prior_to_proto, overview.learned_priors),
        warm_start_experiment_ids=overview.warm_start_from,
        carried_over_count=overview.carried_over_count,
    )


def summary_message(record: ExperimentRecord) -> experiment_pb2.Experiment:
    """Convert what the store knows of an experiment without reading its log."""
    return experiment_pb2.Experiment(
        experiment_id=record.experiment_id,
        participant_id=record.participant_id,
        labels=record.labels,
        name=record.name,
        sequence=record.sequence,
        state=_state(finished=record.finished),
        asked_count=record.counts.get("trial_asked", 0),
        told_count=record.counts.get("observation_told", 0),
        create_time=_timestamp(record.create_time),
        update_time=_timestamp(record.update_time),
    )


def estimate_message(estimate: Estimate) -> trial_pb2.Estimate:
    """Convert a quantity with its uncertainty."""
    return trial_pb2.Estimate(
        mean=estimate.mean, variance=estimate.variance, lower=estimate.lower, upper=estimate.upper
    )


def _progress_message(progress: StrategyProgress) -> experiment_pb2.StrategyProgress:
    return experiment_pb2.StrategyProgress(
        name=progress.name,
        asked_count=progress.asked_count,
        told_count=progress.told_count,
        finished=progress.finished,
        remaining=progress.remaining,
        generator=progress.generator,
        model=progress.model,
        acquisition=progress.acquisition,
    )


def _state(*, finished: bool) -> experiment_pb2.ExperimentState.ValueType:
    if finished:
        return experiment_pb2.EXPERIMENT_STATE_FINISHED
    return experiment_pb2.EXPERIMENT_STATE_RUNNING


def _timestamp(time: datetime | None) -> Timestamp | None:
    if time is None:
        return None
    message = Timestamp()
    message.FromDatetime(time)
    return message
