"""Makes experiments of their logs again, in another database."""

from collections.abc import Callable, Sequence

from aepsych_grpc.export.log_file import InvalidFileError, WrittenLog
from aepsych_grpc.session.codec import encode
from aepsych_grpc.session.experiments import new_experiment_id
from aepsych_grpc.session.foreign_log import CheckedLog, InvalidLogError, check_log
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import ExperimentExists, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import NewEvent


def restore(
    store: EventStore,
    logs: Sequence[WrittenLog],
    *,
    new_ids: bool = False,
    on_progress: Callable[[float], None] = lambda _: None,
) -> tuple[str, ...]:
    """Record experiments with the logs that they had; they go on as they would have there.

    All logs are checked, event by event, before anything is recorded. `on_progress` gets the part of the events that
    are checked.

    Args:
        store: Where to.
        logs: The experiments, as they were written.
        new_ids: Give them new ids, so that those with the old ones may be here too.
        on_progress: Called now and then.

    Returns:
        Their ids, in order.

    Raises:
        InvalidFileError: A log is not sound; nothing was recorded.
        ExperimentExists: An experiment is here already; nothing was recorded.
        DuplicateRequest: What has set one up there has set up another one here.
        StoreUnavailable: The database can't be read or written.
    """
    if not new_ids:
        for log in logs:
            _refuse_known(store, log.experiment_id)
    checked = _checked(logs, on_progress)
    ids = [new_experiment_id() if new_ids else log.experiment_id for log in logs]
    for experiment_id, log, found in zip(ids, logs, checked, strict=True):
        _record(store, experiment_id, log, found, known_request=not new_ids)
    return tuple(ids)


def _refuse_known(store: EventStore, experiment_id: str) -> None:
    try:
        store.get(experiment_id)
    except UnknownExperiment:
        return
    raise ExperimentExists(experiment_id)


def _checked(logs: Sequence[WrittenLog], on_progress: Callable[[float], None]) -> list[CheckedLog]:
    done, total = 0, sum(len(log.events) for log in logs)
    found = []

    def on_event(_: int) -> None:
        nonlocal done
        done += 1
        on_progress(done / total)

    workshop = Workshop()
    try:
        for log in logs:
            found.append(check_log(log.events, workshop, on_event))
    except InvalidLogError as error:
        raise InvalidFileError(f"Experiment {log.experiment_id}, {error}") from None
    finally:
        workshop.close()
    return found


def _record(store: EventStore, experiment_id: str, log: WrittenLog, found: CheckedLog, *, known_request: bool) -> None:
    created = found.created
    events = [NewEvent(kind, event.time, payload) for event in log.events for kind, payload in [encode(event)]]
    store.create_experiment(
        experiment_id=experiment_id,
        events=events,
        name=created.config.name,
        participant_id=created.participant_id,
        labels=created.labels,
        # Under a new id the call that has set it up still means the one with the old id, wherever that is.
        setup_request_id=(created.request.request_id or None) if known_request else None,
        setup_digest=created.request.content_digest,
        finished=found.finished,
    )
