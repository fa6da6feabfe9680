"""Sends acknowledged calls once more: nothing may change, and each must get its first answer."""

from collections.abc import Iterable
from typing import Any

from crash.caller import Caller
from crash.journal import Acknowledged, is_duplicate


def changed_answers(calls: Iterable[Acknowledged], caller: Caller) -> list[str]:
    """Say which of the calls are answered otherwise than they were, or as if they were new."""
    found = []
    for call in calls:
        answer = caller.once(call.method, call.request)
        name = f"{call.method} sent again"
        if not is_duplicate(answer):
            found.append(f"{name} was taken for a new call")
        if gist(answer) != gist(call.response):
            found.append(f"{name} was answered with {gist(answer)} after {gist(call.response)}")
    return found


def gist(response: Any) -> tuple[Any, ...]:
    """Return the part of an answer that stays the same when the call is sent again later."""
    trials = [*getattr(response, "trials", ()), *getattr(response, "next_trials", ())]
    return (
        getattr(response, "experiment_id", ""),
        [(receipt.observation_id, receipt.trial_id) for receipt in getattr(response, "receipts", ())],
        [(trial.trial_id, list(trial.stimuli)) for trial in trials],
    )
