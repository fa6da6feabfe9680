"""Makes experiments of their logs again, in another database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aepsych_grpc.export.log_file import InvalidFileError, WrittenLog
from aepsych_grpc.session.codec import encode
from aepsych_grpc.session.experiments import new_experiment_id
from aepsych_grpc.session.foreign_log import CheckedLog, InvalidLogError, check_log
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import DuplicateRequest, ExperimentExists, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import NewEvent


@dataclass(frozen=True, slots=True)
class SoundLog:
    """An experiment whose log has been checked, event by event."""

    written: WrittenLog
    checked: CheckedLog


def sound_logs(
    logs: Sequence[WrittenLog], on_progress: Callable[[float], None] = lambda _: None
) -> tuple[SoundLog, ...]:
    """Check that logs are such as experiments have; `on_progress` gets the part of the events that are checked.

    Raises:
        InvalidFileError: One is not; the message names the event at fault.
    """
    done, total = 0, sum(len(log.events) for log in logs)
    found = []

    def on_event(_: int) -> None:
        nonlocal done
        done += 1
        on_progress(done / total)

    workshop = Workshop()
    try:
        for log in logs:
            found.append(SoundLog(log, check_log(log.events, workshop, on_event)))
    except InvalidLogError as error:
        raise InvalidFileError(f"Experiment {log.experiment_id}, {error}") from None
    finally:
        workshop.close()
    return tuple(found)


def restore(store: EventStore, logs: Sequence[SoundLog], *, new_ids: bool = False) -> tuple[str, ...]:
    """Record experiments with the logs that they had; they go on as they would have there.

    With `new_ids` they get new ids, so that those with the old ones may be here too.

    Returns:
        Their ids, in order.

    Raises:
        ExperimentExists: An experiment is here already; nothing was recorded.
        DuplicateRequest: The call that has set one up there has set up another one here; nothing was recorded.
        StoreUnavailable: The database can't be read or written.
    """
    if not new_ids:
        for log in logs:
            _refuse_known(store, log)
    ids = [new_experiment_id() if new_ids else log.written.experiment_id for log in logs]
    for experiment_id, log in zip(ids, logs, strict=True):
        _record(store, experiment_id, log, known_request=not new_ids)
    return tuple(ids)


def _refuse_known(store: EventStore, log: SoundLog) -> None:
    try:
        store.get(log.written.experiment_id)
    except UnknownExperiment:
        request_id = log.checked.created.request.request_id
        if request_id and (other := store.find_setup(request_id)):
            raise DuplicateRequest(other.experiment_id) from None
    else:
        raise ExperimentExists(log.written.experiment_id)


def _record(store: EventStore, experiment_id: str, log: SoundLog, *, known_request: bool) -> None:
    created = log.checked.created
    encoded = ((event.time, *encode(event)) for event in log.written.events)
    store.create_experiment(
        experiment_id=experiment_id,
        events=[NewEvent(kind, time, payload) for time, kind, payload in encoded],
        name=created.config.name,
        participant_id=created.participant_id,
        labels=created.labels,
        # Under a new id the call that has set it up still means the one with the old id, wherever that is.
        setup_request_id=(created.request.request_id or None) if known_request else None,
        setup_digest=created.request.content_digest,
        finished=log.checked.finished,
    )
