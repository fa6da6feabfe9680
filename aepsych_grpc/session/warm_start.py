"""Which observations of earlier experiments a new one begins with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aepsych_grpc.config.carrying import misfits
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import Event, ExperimentCreated, ObservationCarriedOver
from aepsych_grpc.session.state import State
from aepsych_grpc.session.stimulus import check_told_stimuli
from aepsych_grpc.store.error import UnknownExperiment
from aepsych_grpc.store.event_store import EventStore

MOST_CARRIED = 10_000
"""Observations that an experiment can begin with: one transaction, like the largest Tell."""
PATH = "warm_start_experiment_ids"
"""Where a Setup names experiments, for violations."""


@dataclass(frozen=True, slots=True)
class WarmStart:
    """The observations that are carried over, and remarks on the experiments that they come from."""

    carried: tuple[ObservationCarriedOver, ...] = ()
    warnings: tuple[str, ...] = ()


def find_warm_start(store: EventStore, config: ExperimentConfig, experiment_ids: Sequence[str]) -> WarmStart:
    """Find the observations that count in earlier experiments, as they stand now, with the parameters of a config.

    Raises:
        ServiceError: EXPERIMENT_NOT_FOUND; INVALID_REQUEST with all that does not fit; LIMIT_EXCEEDED.
        StoreUnavailable: The database can't be read.
    """
    unknown, misfit, carried, warnings = [], [], [], []
    for i, experiment_id in enumerate(experiment_ids):
        path = f"{PATH}[{i}]"
        try:
            events = [decode(stored.payload) for stored in store.events(experiment_id)]
        except UnknownExperiment:
            unknown.append(Violation(path, f'There is no experiment "{experiment_id}".'))
            continue
        except ValueError:
            message = "It was recorded by another version of the server, with what this one doesn't know."
            misfit.append(Violation(path, f'"{experiment_id}" can\'t be carried over: {message}'))
            continue
        found, wrong = _observations(config, experiment_id, events)
        misfit.extend(Violation(path, f'"{experiment_id}" can\'t be carried over: {message}') for message in wrong)
        carried.extend(found)
        if not found:
            warnings.append(f"Nothing is carried over from experiment {experiment_id}: no responses count there.")
        warnings.extend(_of_its_own(experiment_id, events, experiment_ids))
    if unknown:
        raise ServiceError(
            Reason.EXPERIMENT_NOT_FOUND,
            "An experiment to carry over does not exist; ListExperiments names those that there are.",
            violations=unknown,
            metadata={"experiment_id": experiment_ids[int(unknown[0].path[len(PATH) + 1 : -1])]},
        )
    if misfit:
        raise ServiceError(
            Reason.INVALID_REQUEST, "An experiment can't be carried over; nothing was recorded.", violations=misfit
        )
    if len(carried) > MOST_CARRIED:
        message = f"{len(carried)} observations would be carried over; at most {MOST_CARRIED} are. Name fewer."
        raise ServiceError(
            Reason.LIMIT_EXCEEDED,
            f"{PATH}: {message}",
            violations=[Violation(PATH, message)],
            metadata={"given": str(len(carried)), "allowed": str(MOST_CARRIED)},
        )
    return WarmStart(tuple(carried), tuple(warnings))


def _observations(
    config: ExperimentConfig, experiment_id: str, events: Sequence[Event]
) -> tuple[list[ObservationCarriedOver], list[str]]:
    """Return an experiment's observations as they are carried over, and what keeps them from being."""
    state = State()
    for event in events:
        state.apply(event)
    if wrong := misfits(state.created.config, config):
        return [], list(wrong)
    known = {item.name for item in config.parameters}
    carried: list[ObservationCarriedOver] = []
    strange: dict[str, list[str]] = {}
    for number in state.told:
        trial = state.trials[number]
        observation = trial.observation
        if observation is None or observation.exclude_from_model or trial.retracted:
            continue
        shown = [{name: value for name, value in stimulus.items() if name in known} for stimulus in observation.stimuli]
        stimuli, malformed, out_of_bounds = check_told_stimuli(config, shown, "stimulus")
        for violation in (*malformed, *out_of_bounds):
            # The path is stimulus[0].values.NAME, or ends before the name where the stimulus breaks a constraint.
            name = violation.path.partition(".values")[2].removeprefix(".")
            strange.setdefault(name, []).append(f"{violation.message} (trial {number})")
        outcomes = {item.name: observation.outcomes[item.name] for item in config.outcomes}
        carried.append(
            ObservationCarriedOver(experiment_id=experiment_id, trial_id=number, stimuli=stimuli, outcomes=outcomes)
        )
    return carried, [_strange(name, messages, len(carried)) for name, messages in strange.items()]


def _strange(name: str, messages: Sequence[str], count: int) -> str:
    """Say how many stimuli don't fit, and show one."""
    of = f"{len(messages)} of its {count} observations" if count > 1 else "its observation"
    what = f'The parameter "{name}"' if name else "A constraint"
    return f"{what} keeps out {of}, such as: {messages[0]}"


def _of_its_own(experiment_id: str, events: Sequence[Event], named: Sequence[str]) -> Iterator[str]:
    """Say from which experiments an earlier one began itself, if they aren't carried over with it."""
    created = events[0].kind
    if isinstance(created, ExperimentCreated) and (
        left := [one for one in created.warm_start_from if one not in named]
    ):
        yield (
            f"Experiment {experiment_id} began with observations of {', '.join(left)} itself; "
            "these are carried over only from experiments that are named."
        )
