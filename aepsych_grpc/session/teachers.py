"""Which earlier experiments teach the prior of the next participant's hyperparameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aepsych_grpc.config.experiment import ExperimentConfig, PopulationPrior
from aepsych_grpc.config.learning import learned_of
from aepsych_grpc.config.likeness import differences
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import ExperimentCreated
from aepsych_grpc.store.error import UnknownExperiment
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.store.record import ExperimentRecord

LOOKED_AT = 500
"""The study's latest experiments, among which the finished ones that fit are sought."""
MOST_LISTED = 5
"""Ids that a warning lists one by one."""
PATH = "prior_from_experiment_ids"
"""Where a Setup names experiments, for violations."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """An earlier experiment, with its events up to `sequence`.

    `participant` is the same for experiments of the same participant; one that isn't named is someone else each time.
    """

    experiment_id: str
    sequence: int
    participant: str


@dataclass(frozen=True, slots=True)
class Teachers:
    """The experiments to learn from, and a sentence for each reason why others are left out."""

    found: tuple[Teacher, ...] = ()
    warnings: tuple[str, ...] = ()


def find_teachers(store: EventStore, config: ExperimentConfig, named: Sequence[str] = ()) -> Teachers:
    """Find the experiments to learn from: those that are named, else those that the config asks for, if it does.

    Raises:
        ServiceError: EXPERIMENT_NOT_FOUND, or INVALID_REQUEST when one that is named differs in what must agree.
        StoreUnavailable: The database can't be read.
    """
    if named:
        return _named(store, config, named)
    return Teachers() if config.population_prior is None else _of_study(store, config, config.population_prior)


def _named(store: EventStore, config: ExperimentConfig, named: Sequence[str]) -> Teachers:
    unknown, misfits, found, silent = [], [], [], []
    for i, experiment_id in enumerate(named):
        try:
            record = store.get(experiment_id)
        except UnknownExperiment:
            unknown.append(Violation(f"{PATH}[{i}]", f'There is no experiment "{experiment_id}".'))
            continue
        if differing := _differences(store, record, config):
            message = f'"{experiment_id}" can\'t teach: {differing}. Make the two agree, or leave the id out.'
            misfits.append(Violation(f"{PATH}[{i}]", message))
        elif _told(record):
            found.append(_teacher(record))
        else:
            silent.append(experiment_id)
    if unknown:
        raise ServiceError(
            Reason.EXPERIMENT_NOT_FOUND,
            "An experiment to learn from does not exist; ListExperiments names those that there are.",
            violations=unknown,
            metadata={"experiment_id": named[int(unknown[0].path[len(PATH) + 1 : -1])]},
        )
    if misfits:
        raise ServiceError(
            Reason.INVALID_REQUEST, "An experiment can't be learned from; nothing was recorded.", violations=misfits
        )
    return Teachers(tuple(found), _warnings({"no responses were told": silent} if silent else {}))


def _of_study(store: EventStore, config: ExperimentConfig, wanted: PopulationPrior) -> Teachers:
    found: list[Teacher] = []
    left_out: dict[str, list[str]] = {}
    for record in store.list_experiments(page_size=LOOKED_AT, name=config.name).records:
        if len(found) == wanted.max_experiments:
            break
        if not (record.finished and _told(record)):
            continue
        if differing := _differences(store, record, config):
            left_out.setdefault(differing, []).append(record.experiment_id)
        else:
            found.append(_teacher(record))
    return Teachers(tuple(found), _warnings(left_out))


def _teacher(record: ExperimentRecord) -> Teacher:
    who = f"participant {record.participant_id}" if record.participant_id else f"experiment {record.experiment_id}"
    return Teacher(record.experiment_id, record.sequence, who)


def _differences(store: EventStore, record: ExperimentRecord, config: ExperimentConfig) -> str:
    try:
        created = decode(store.events(record.experiment_id, most=1)[0].payload).kind
    except ValueError:
        return "it was set up by another version of the server, with what this one doesn't know"
    if not isinstance(created, ExperimentCreated):
        raise TypeError(f"The log of {record.experiment_id} begins with {type(created).__name__}.")
    return "; ".join(differences(created.config, config, list(_learned(config))))


def _learned(config: ExperimentConfig) -> Iterator[str]:
    """Name the outcomes that models learn from."""
    for strategy in config.strategies:
        yield from (config.outcomes[one.outcome].name for one in learned_of(config, strategy, CATALOGUE.models))


def _told(record: ExperimentRecord) -> int:
    return record.counts.get("observation_told", 0)


def _warnings(left_out: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(f"Nothing is learned from {_listed(ids)}: {reason}." for reason, ids in left_out.items())


def _listed(experiment_ids: Sequence[str]) -> str:
    noun = "experiment" if len(experiment_ids) == 1 else "experiments"
    more = len(experiment_ids) - MOST_LISTED
    return f"{noun} {', '.join(experiment_ids[:MOST_LISTED])}" + (f" and {more} more" if more > 0 else "")
