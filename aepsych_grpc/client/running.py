"""Calls that run an experiment: ask, tell, finish."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

import uuid
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from google.protobuf.duration_pb2 import Duration

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import mapping, real, whole
from aepsych_grpc.client.call import Call, exchange
from aepsych_grpc.client.errors import ExperimentFinishedError
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.state import ExperimentState, read_state
from aepsych_grpc.client.trial import Answer, Observation, Receipt, Shown, Trial, read_trial
from aepsych_grpc.client.values import to_stimulus, to_struct, to_values
from aepsych_grpc.error import Reason
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import trial_pb2

NANOSECONDS = 1_000_000_000


def ask(
    handle: Handle, *, fixed_parameters: Mapping[str, Any] | None = None, compute_budget: float | None = None
) -> Call[Trial]:
    """Ask for the next trial.

    Args:
        fixed_parameters: Values that the stimulus must have; the rest is chosen.
        compute_budget: Seconds for the choice, above 0; past it the trial is a valid stand-in with source "fallback".
            Default: the server's, 1 s.

    Raises:
        ExperimentFinishedError: Nothing is left to ask.
    """
    trials = yield from ask_batch(handle, 1, fixed_parameters=fixed_parameters, compute_budget=compute_budget)
    return trials[0]


def ask_batch(
    handle: Handle,
    count: int,
    *,
    fixed_parameters: Mapping[str, Any] | None = None,
    compute_budget: float | None = None,
) -> Call[list[Trial]]:
    """Ask for several trials that are run before any of them is told.

    Args:
        count: Number of trials, at least 1. Fewer are returned when the strategies have no more to give.
        fixed_parameters: Values that the stimuli must have; the rest is chosen.
        compute_budget: Seconds for the choice, above 0; past it the trials are valid stand-ins with source
            "fallback". Default: the server's, 1 s.

    Raises:
        ExperimentFinishedError: Nothing is left to ask.
    """
    request = v1.AskRequest(
        experiment_id=handle.experiment_id,
        request_id=uuid.uuid4().hex,
        count=whole("count", count),
        fixed_parameters=to_values(mapping("fixed_parameters", fixed_parameters or {})),
        compute_budget=None if compute_budget is None else duration(real("compute_budget", compute_budget)),
    )
    response = yield from exchange(handle.connection, rpc.ASK, request, handle.connection.timeout.compute)
    if not response.trials:
        raise ExperimentFinishedError(
            f"Experiment {handle.experiment_id} has nothing left to ask.",
            code=Reason.EXPERIMENT_FINISHED.status,
            reason=Reason.EXPERIMENT_FINISHED,
        )
    return [read_trial(trial, handle.reader) for trial in response.trials]


def tell(
    handle: Handle,
    shown: Shown,
    outcome: Answer,
    *,
    response_time: float | None = None,
    metadata: Mapping[str, Any] | None = None,
    exclude_from_model: bool = False,
    ask_next: bool = False,
) -> Call[Receipt]:
    """Tell the response to a trial. What was acknowledged is on the server's disk.

    In a loop over the experiment the next trial is asked for in the same round trip.

    Args:
        shown: The asked trial, its number, or the stimulus (or stimuli) of a trial that was not asked.
        outcome: The value of the experiment's only outcome, or values by outcome: 0 or 1 (binary), count
            (proportion), level (ordinal), number (continuous), position (choice).
        response_time: Seconds that the participant took.
        metadata: Anything to keep with it that JSON can say, such as {"eye": "left"}.
        exclude_from_model: Keep it, but do not learn from it.
        ask_next: Also ask for the next trial; the receipt has it.

    Raises:
        ConflictError: The trial has another response already.
        OutOfBoundsError: The stimulus lies outside the bounds and the config does not allow that.
        TypeError: An argument has a wrong type.
        InvalidRequestError: The response is not one that the outcome can take, or a parameter is missing.
    """
    observation = Observation(shown, outcome, response_time, metadata or {}, exclude_from_model)
    in_loop = handle.shown_trial_id is not None and number_of(shown) == handle.shown_trial_id
    receipts = yield from tell_batch(handle, [observation], ask_next=ask_next or in_loop)
    if in_loop:
        handle.shown_trial_id = None
        handle.next_trials.extend(receipt.next_trial for receipt in receipts if receipt.next_trial)
    return receipts[0]


def tell_batch(
    handle: Handle, observations: Iterable[Observation | tuple[Shown, Answer]], *, ask_next: bool = False
) -> Call[list[Receipt]]:
    """Tell several responses: all are recorded, or none.

    Args:
        observations: The responses, or pairs of what was shown and the response.
        ask_next: Also ask for the next trial; the last receipt has it.

    Raises:
        AepsychError: As `tell`; `violations` says which observation is at fault. Also LimitExceededError.
    """
    given = [item if isinstance(item, Observation) else Observation(*item) for item in observations]
    request = v1.TellRequest(
        experiment_id=handle.experiment_id,
        observations=[_observation(handle, item) for item in given],
        ask_next=v1.AskNext() if ask_next else None,
    )
    timeout = handle.connection.timeout
    response = yield from exchange(
        handle.connection, rpc.TELL, request, timeout.compute if ask_next else timeout.record
    )
    next_trial = read_trial(response.next_trials[0], handle.reader) if response.next_trials else None
    last = len(response.receipts) - 1
    return [
        Receipt(
            item.trial_id,
            item.observation_id,
            item.duplicate,
            response.sequence,
            response.finished,
            next_trial if i == last else None,
        )
        for i, item in enumerate(response.receipts)
    ]


def _observation(handle: Handle, given: Observation) -> trial_pb2.Observation:
    trial_id = number_of(given.shown)
    response_time = None if given.response_time is None else real("response_time", given.response_time)
    return trial_pb2.Observation(
        # An asked trial has an id without our doing, the same one in a client that starts again.
        observation_id="" if trial_id is not None else uuid.uuid4().hex,
        trial_id=trial_id or 0,
        stimuli=[to_stimulus(stimulus) for stimulus in (_stimuli(given.shown) if trial_id is None else ())],
        outcomes=to_values(named_outcomes(handle, given.outcome)),
        response_time=None if response_time is None else duration(response_time),
        metadata=to_struct(mapping("metadata", given.metadata)) if given.metadata else None,
        exclude_from_model=given.exclude_from_model,
    )


def number_of(shown: Shown) -> int | None:
    """Return the number of the trial that is meant; None for stimuli."""
    if isinstance(shown, Trial):
        return shown.trial_id
    # A bool is no number of a trial, though Python counts it as an int; numpy's whole numbers are.
    return int(shown) if isinstance(shown, Integral) and not isinstance(shown, bool) else None


def _stimuli(shown: Shown) -> Sequence[Mapping[str, Any]]:
    if isinstance(shown, Mapping):
        return [shown]
    if isinstance(shown, Sequence) and not isinstance(shown, str) and all(isinstance(item, Mapping) for item in shown):
        return shown
    raise TypeError(
        "What is told is a response to a trial, its number, or the values of a stimulus by name (or a list of them); "
        f"{shown!r} is given, of type {type(shown).__name__}."
    )


def named_outcomes(handle: Handle, outcome: Answer) -> Mapping[str, Any]:
    """Return a response as values by outcome."""
    if isinstance(outcome, Mapping):
        return outcome
    names = [item.name for item in handle.config.outcomes]
    if len(names) != 1:
        raise ValueError(f"The experiment has {len(names)} outcomes; give a value for each of {', '.join(names)}.")
    return {names[0]: outcome}


def duration(seconds: float) -> Duration:
    """Return a duration's message."""
    nanoseconds = round(seconds * NANOSECONDS)
    whole = int(nanoseconds / NANOSECONDS)
    return Duration(seconds=whole, nanos=nanoseconds - whole * NANOSECONDS)


def finish_strategy(handle: Handle, name: str = "") -> Call[ExperimentState]:
    """End the current strategy; the next trial comes from the one after it.

    Args:
        name: Name of the strategy that is meant; refused if it is not the current one. Default: the current one.

    Raises:
        StrategyNotCurrentError: The strategy named is not the current one.
        ExperimentFinishedError: No strategy is left.
    """
    request = v1.FinishStrategyRequest(experiment_id=handle.experiment_id, request_id=uuid.uuid4().hex, strategy=name)
    response = yield from exchange(handle.connection, rpc.FINISH_STRATEGY, request, handle.connection.timeout.record)
    return read_state(response.experiment)


def finish(handle: Handle, reason: str = "") -> Call[ExperimentState]:
    """End the experiment. Responses to trials that were asked already are still taken.

    Args:
        reason: Why, for the record, such as "participant tired".
    """
    request = v1.FinishExperimentRequest(experiment_id=handle.experiment_id, request_id=uuid.uuid4().hex, reason=reason)
    response = yield from exchange(handle.connection, rpc.FINISH_EXPERIMENT, request, handle.connection.timeout.record)
    return read_state(response.experiment)
