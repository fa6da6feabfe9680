"""Replay: an experiment re-derived from its log, a message for each event."""

import time
from collections.abc import Iterator

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.answers import trial_message
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.session.call import Trial
from aepsych_grpc.session.codec import event_to_proto
from aepsych_grpc.session.event import Event, ExperimentCreated, ModelRefitted, TrialAsked
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.replay import Agreement, Replayed, replay
from aepsych_grpc.v1 import experiment_service_pb2 as v1

_AGREEMENT = {
    Agreement.UNKNOWN: v1.REPLAY_AGREEMENT_UNSPECIFIED,
    Agreement.SAME: v1.REPLAY_AGREEMENT_SAME,
    Agreement.DIFFERENT: v1.REPLAY_AGREEMENT_DIFFERENT,
}


def answer_replay(
    request: v1.ReplayRequest, experiments: Experiments, timeout: float | None
) -> Iterator[v1.ReplayResponse]:
    """Replay an experiment as fast as the messages are taken, `timeout` seconds at most; None for no limit.

    Raises:
        ServiceError: INVALID_REQUEST, EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE; in the course of it DEADLINE_EXCEEDED.
        InvalidConfigError: The log has a config that this version does not take.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    from_sequence = _check(request)
    events = experiments.log(request.experiment_id)
    if from_sequence > len(events) + 1:
        checks = Checks()
        checks.refuse("from_sequence", f"{from_sequence} is given; the log has 1 to {len(events)}.")
        checks.done()
    walk = replay(
        events,
        from_sequence=from_sequence,
        skip_computations=request.skip_computations,
        verify_refits=request.verify_refits,
    )
    for one in walk:
        if deadline is not None and time.monotonic() > deadline:
            raise ServiceError(
                Reason.DEADLINE_EXCEEDED,
                f"The call's deadline passed at event {one.event.sequence} of {len(events)}; allow more time, "
                "or go on from_sequence.",
            )
        yield _message(one, events)


def _check(request: v1.ReplayRequest) -> int:
    """Return the sequence to begin with."""
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    from_sequence = request.from_sequence if request.HasField("from_sequence") else 1
    checks.at_least("from_sequence", from_sequence, 1)
    if request.skip_computations and request.verify_refits:
        checks.refuse("verify_refits", "Given together with skip_computations; leave one of the two out.")
    checks.done()
    return from_sequence


def _message(replayed: Replayed, events: list[Event]) -> v1.ReplayResponse:
    message = v1.ReplayResponse(
        event=event_to_proto(replayed.event), agreement=_AGREEMENT[replayed.agreement], event_count=len(events)
    )
    if isinstance(replayed.derived, TrialAsked):
        message.derived_trial.CopyFrom(trial_message(_trial(replayed.derived, replayed.event, events[0])))
    elif isinstance(replayed.derived, ModelRefitted):
        derived = event_to_proto(Event(replayed.event.sequence, replayed.event.time, replayed.derived))
        message.derived_refit.CopyFrom(derived.model_refitted)
    return message


def _trial(asked: TrialAsked, event: Event, first: Event) -> Trial:
    """Return an asked trial in the words of a client, for whom strategies have names."""
    created = first.kind
    strategies = created.config.strategies if isinstance(created, ExperimentCreated) else ()
    return Trial(
        trial_id=asked.trial_id,
        stimuli=asked.stimuli,
        strategy=strategies[asked.strategy_index].name,
        source=asked.source,
        data_sequence=asked.data_sequence,
        sequence=event.sequence,
        ask_time=event.time,
        note=asked.note,
    )
