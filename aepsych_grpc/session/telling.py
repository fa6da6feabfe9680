"""Checks told observations and makes events of them: all of a call, or none."""

import math
import re
from collections import ChainMap
from collections.abc import Sequence

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import GivenObservation, Receipt, Trial
from aepsych_grpc.session.event import Observation, ObservationTold, Stimulus
from aepsych_grpc.session.outcomes import outcome_violations
from aepsych_grpc.session.state import State
from aepsych_grpc.session.stimulus import check_told_stimuli

_OWN_ID = re.compile(r"trial-(\d{1,9})")
"""What the observation of an asked trial is called unless the caller names it."""


def told_events(state: State, given: Sequence[GivenObservation]) -> tuple[list[ObservationTold], list[Receipt]]:
    """Return the events that the observations make, and a receipt for each observation.

    An observation that is recorded already, or stands twice in the call, makes no event.

    Raises:
        ServiceError: INVALID_REQUEST or OUT_OF_BOUNDS with every violation, TRIAL_NOT_FOUND, OBSERVATION_ID_REUSED,
            TRIAL_ALREADY_TOLD.
    """
    told_stimuli = _check(state.created.config, given)
    # What the call adds, before what there is, which may be long.
    digests: ChainMap[str, bytes] = ChainMap({}, state.observation_digests)
    trial_of: ChainMap[str, int] = ChainMap({}, state.observation_trials)
    next_trial_id = state.next_trial_id
    told_now: set[int] = set()
    events: list[ObservationTold] = []
    receipts: list[Receipt] = []
    for i, one in enumerate(given):
        unsolicited = not one.trial_id
        trial_id = one.trial_id or next_trial_id
        observation_id = one.observation_id or f"trial-{trial_id}"
        if observation_id in digests:
            if digests[observation_id] != one.content_digest and one.observation_id:
                raise _reused(observation_id, trial_of[observation_id], i)
            if digests[observation_id] != one.content_digest:
                raise _already_told(trial_id, state.trials.get(trial_id), i)
            receipts.append(Receipt(observation_id=observation_id, trial_id=trial_of[observation_id], duplicate=True))
            continue
        if not unsolicited:
            _check_trial(state, one.trial_id, told_now, i)
        next_trial_id += unsolicited
        told_now.add(trial_id)
        digests[observation_id], trial_of[observation_id] = one.content_digest, trial_id
        receipts.append(Receipt(observation_id=observation_id, trial_id=trial_id, duplicate=False))
        events.append(
            ObservationTold(
                observation=Observation(
                    observation_id=observation_id,
                    trial_id=trial_id,
                    stimuli=told_stimuli[i] or state.trials[trial_id].stimuli,
                    outcomes={name: float(value) for name, value in one.outcomes.items()},
                    response_time=one.response_time,
                    metadata=one.metadata,
                    exclude_from_model=one.exclude_from_model,
                ),
                unsolicited=unsolicited,
                content_digest=one.content_digest,
            )
        )
    return events, receipts


def _check(config: ExperimentConfig, given: Sequence[GivenObservation]) -> list[tuple[Stimulus, ...]]:
    """Return the stimuli of each observation as the log will have them; none where the asked ones stand."""
    told_stimuli: list[tuple[Stimulus, ...]] = []
    malformed: list[Violation] = []
    out_of_bounds: list[Violation] = []
    for i, one in enumerate(given):
        path = f"observations[{i}]"
        malformed.extend(outcome_violations(config, one.outcomes, f"{path}.outcomes"))
        if one.trial_id < 0 or not (one.trial_id or one.stimuli):
            problem = f"{one.trial_id} given; the number of an asked trial, from 1, is expected"
            malformed.append(Violation(f"{path}.trial_id", f"{problem}, or `stimuli` for a trial that was not asked."))
        stimuli: tuple[Stimulus, ...] = ()
        named = _OWN_ID.fullmatch(one.observation_id)
        if named and int(named[1]) != one.trial_id:
            message = f'"{one.observation_id}" given; ids of this form stand for the asked trial of that number.'
            malformed.append(Violation(f"{path}.observation_id", f"{message} Use another id, such as a UUID."))
        if one.stimuli:
            stimuli, bad, outside = check_told_stimuli(config, one.stimuli, f"{path}.stimuli")
            malformed.extend(bad)
            out_of_bounds.extend(outside)
        if one.response_time is not None and not (math.isfinite(one.response_time) and one.response_time >= 0):
            malformed.append(
                Violation(f"{path}.response_time", f"{one.response_time:g} s given; 0 or more is allowed.")
            )
        told_stimuli.append(stimuli)
    if malformed:
        raise ServiceError(
            Reason.INVALID_REQUEST,
            "The observations are not valid; nothing was recorded.",
            violations=malformed + out_of_bounds,
        )
    if out_of_bounds:
        raise ServiceError(
            Reason.OUT_OF_BOUNDS,
            "Stimuli lie outside the parameters' bounds; nothing was recorded. "
            "If they were really shown, set `allow_out_of_bounds` in the config.",
            violations=out_of_bounds,
        )
    return told_stimuli


def _check_trial(state: State, trial_id: int, told_now: set[int], i: int) -> None:
    trial = state.trials.get(trial_id)
    path = f"observations[{i}].trial_id"
    if trial is None:
        message = f"{trial_id} given; the experiment has trials 1 to {len(state.trials)}."
        if not state.trials:
            message = f"{trial_id} given; the experiment has no trials yet. Ask first, or give `stimuli`."
        raise ServiceError(
            Reason.TRIAL_NOT_FOUND,
            f"There is no trial {trial_id}; nothing was recorded.",
            violations=[Violation(path, message)],
        )
    if trial.observation is not None or trial_id in told_now:
        raise _already_told(trial_id, trial, i)


def _already_told(trial_id: int, trial: Trial | None, i: int) -> ServiceError:
    told = trial.observation if trial else None
    how = ", ".join(f"{name} = {value:g}" for name, value in told.outcomes.items()) if told else "by this very call"
    if trial is not None and trial.retracted:
        how = "and it was retracted; ReviseTrial gives it another"
    return ServiceError(
        Reason.TRIAL_ALREADY_TOLD,
        f"Trial {trial_id} has its response already ({how}); nothing was recorded.",
        violations=[Violation(f"observations[{i}].trial_id", f"{trial_id} given; it has its response already.")],
    )


def _reused(observation_id: str, trial_id: int, i: int) -> ServiceError:
    return ServiceError(
        Reason.OBSERVATION_ID_REUSED,
        f'The observation_id "{observation_id}" stands for another observation; nothing was recorded.',
        violations=[
            Violation(
                f"observations[{i}].observation_id",
                f'"{observation_id}" given; it was told for trial {trial_id} with other content. '
                "Re-send the same content, or use a new id for a new observation.",
            )
        ],
    )
