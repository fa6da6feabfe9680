"""Calls that read what an experiment has recorded."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from dataclasses import replace
from typing import TYPE_CHECKING

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import whole
from aepsych_grpc.client.call import Call, exchange
from aepsych_grpc.client.errors import ExperimentFinishedError
from aepsych_grpc.client.frames import trials_frame
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.running import ask
from aepsych_grpc.client.state import ExperimentState, read_state
from aepsych_grpc.client.trial import Trial, read_trial
from aepsych_grpc.v1 import experiment_service_pb2 as v1

if TYPE_CHECKING:
    import pandas as pd


def state(handle: Handle) -> Call[ExperimentState]:
    """Return the state of the experiment at a glance."""
    request = v1.GetExperimentRequest(experiment_id=handle.experiment_id)
    response = yield from exchange(handle.connection, rpc.GET_EXPERIMENT, request, handle.connection.timeout.record)
    return read_state(response.experiment)


def trials(handle: Handle, *, after_sequence: int = 0, include_posterior: bool = False) -> Call[list[Trial]]:
    """List the trials with their responses, in order of their numbers.

    Args:
        after_sequence: Only trials that changed after this sequence.
        include_posterior: Also report the model's prediction at each trial's stimulus.
    """
    request = v1.ListTrialsRequest(
        experiment_id=handle.experiment_id,
        after_sequence=whole("after_sequence", after_sequence),
        include_posterior=include_posterior,
    )
    timeout = handle.connection.timeout.compute if include_posterior else handle.connection.timeout.record
    found: list[Trial] = []
    while True:
        response = yield from exchange(handle.connection, rpc.LIST_TRIALS, request, timeout)
        found += [read_trial(trial, handle.reader) for trial in response.trials]
        if not response.next_page_token:
            return found if handle.at_sequence is None else _told_by(handle.at_sequence, found)
        request.page_token = response.next_page_token


def _told_by(sequence: int, trials: list[Trial]) -> list[Trial]:
    """Return the trials that had been told by then, as they were.

    One that was revised several times counts as it was told until the last revision: the list knows no other.
    """
    told = [trial for trial in trials if trial.tell_sequence is not None and trial.tell_sequence <= sequence]
    return [
        replace(trial, state="told", outcomes=trial.revision.told_outcomes, revision=None)
        if trial.revision and trial.sequence > sequence
        else trial
        for trial in told
    ]


def to_pandas(handle: Handle, *, include_posterior: bool = False) -> Call["pd.DataFrame"]:
    """Return the trials as a data frame, a row for each.

    The columns: `trial_id`; the parameters (`contrast_1`, `contrast_2` where trials have several stimuli); the
    outcomes, as corrected, missing while pending and once retracted; `response_time` in seconds, `strategy`, `source`,
    `state`, `exclude_from_model`, `note`, `ask_time`, `tell_time`, `revise_time`, `revision_reason`; `participant_id`
    and `experiment_id`, so that the frames of several experiments can be put together with `pandas.concat`; where there
    are any, a column `told_NAME` for each outcome as it was told before a revision, and a column `metadata_KEY` for
    each key of the responses' metadata.

    Args:
        include_posterior: Also report the model's prediction at each trial's stimulus.

    Raises:
        ImportError: pandas is not installed.
    """
    return trials_frame((yield from trials(handle, include_posterior=include_posterior)), handle)


def pending(handle: Handle) -> Call[list[Trial]]:
    """List the trials that await a response."""
    if not (yield from state(handle)).pending_count:
        return []
    return [trial for trial in (yield from trials(handle)) if trial.state == "pending"]


def next_in_loop(handle: Handle) -> Call[Trial | None]:
    """Return the trial that a loop over the experiment gives out next; None when nothing is left to ask."""
    if handle.next_trials:
        trial = handle.next_trials.popleft()
    else:
        try:
            trial = yield from ask(handle)
        except ExperimentFinishedError:
            return None
    handle.shown_trial_id = trial.trial_id
    return trial
