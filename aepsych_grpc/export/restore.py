"""Makes experiments of their logs again, in another database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aepsych_grpc.export.log_file import InvalidFileError, WrittenLog
from aepsych_grpc.session.experiments import new_experiment_id
from aepsych_grpc.session.foreign_log import CheckedLog, InvalidLogError, check_log
from aepsych_grpc.session.projection import Projection
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import DuplicateRequest, ExperimentExists, UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import NewExperiment


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

    All of them or none. With `new_ids` they get new ids, so that those with the old ones may be here too.

    Returns:
        Their ids, in order.

    Raises:
        ExperimentExists: An experiment is here already; nothing was recorded.
        DuplicateRequest: The call that has set one up there has set up another one, here or of these; nothing was
            recorded.
        StoreUnavailable: The database can't be read or written.
    """
    if not new_ids:
        _refuse_known(store, logs)
    ids = [new_experiment_id() if new_ids else log.written.experiment_id for log in logs]
    experiments = [_new(one, log, known_request=not new_ids) for one, log in zip(ids, logs, strict=True)]
    store.create_experiments(experiments)
    return tuple(ids)


def _refuse_known(store: EventStore, logs: Sequence[SoundLog]) -> None:
    setups: dict[str, str] = {}
    for log in logs:
        experiment_id, request_id = log.written.experiment_id, log.checked.created.request.request_id
        try:
            store.get(experiment_id)
        except UnknownExperiment:
            if request_id in setups:
                raise DuplicateRequest(setups[request_id]) from None
            if request_id:
                setups[request_id] = experiment_id
                if other := store.find_setup(request_id):
                    raise DuplicateRequest(other.experiment_id) from None
        else:
            raise ExperimentExists(experiment_id)


def _new(experiment_id: str, log: SoundLog, *, known_request: bool) -> NewExperiment:
    created, projection = log.checked.created, Projection()
    return NewExperiment(
        experiment_id=experiment_id,
        events=[projection.recorded(event) for event in log.written.events],
        name=created.config.name,
        participant_id=created.participant_id,
        labels=created.labels,
        # Under a new id the call that has set it up still means the one with the old id, wherever that is.
        setup_request_id=(created.request.request_id or None) if known_request else None,
        setup_digest=created.request.content_digest,
        finished=log.checked.finished,
    )
