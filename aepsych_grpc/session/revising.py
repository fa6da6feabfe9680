"""Checks revisions of observations and makes events of them."""

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import ReviseCall
from aepsych_grpc.session.event import TrialRevised
from aepsych_grpc.session.outcomes import outcome_violations
from aepsych_grpc.session.state import State


def revised_event(state: State, call: ReviseCall) -> TrialRevised:
    """Return the event that a revision makes: its outcomes are all that the observation has from then on.

    Raises:
        ServiceError: TRIAL_NOT_FOUND, TRIAL_NOT_TOLD, or INVALID_REQUEST with every violation.
    """
    trial = state.trials.get(call.trial_id)
    if trial is None:
        has = f"has trials 1 to {len(state.trials)}" if state.trials else "has no trials yet"
        raise ServiceError(
            Reason.TRIAL_NOT_FOUND,
            f"There is no trial {call.trial_id}; nothing was recorded.",
            violations=[Violation("trial_id", f"{call.trial_id} given; the experiment {has}.")],
        )
    if trial.observation is None:
        raise ServiceError(
            Reason.TRIAL_NOT_TOLD,
            f"Trial {call.trial_id} still awaits its response: there is nothing to revise, and nothing was recorded. "
            "Tell the response.",
            violations=[Violation("trial_id", f"{call.trial_id} given; it has no response yet.")],
        )
    outcomes = {**trial.observation.outcomes, **call.outcomes} if call.outcomes else {}
    if outcomes and (violations := outcome_violations(state.created.config, outcomes, "outcomes")):
        raise ServiceError(
            Reason.INVALID_REQUEST, "The outcomes are not valid; nothing was recorded.", violations=violations
        )
    return TrialRevised(
        trial_id=call.trial_id,
        outcomes={name: float(value) for name, value in outcomes.items()},
        reason=call.reason,
        request=call.request,
    )
