"""Calls that correct or retract what was told."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

import uuid
from collections.abc import Mapping
from typing import Any

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import text
from aepsych_grpc.client.call import Call, exchange
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.running import named_outcomes, number_of
from aepsych_grpc.client.trial import Answer, Trial, read_trial
from aepsych_grpc.client.values import to_values
from aepsych_grpc.v1 import experiment_service_pb2 as v1


def revise(handle: Handle, trial: Trial | int, outcome: Answer, *, reason: str = "") -> Call[Trial]:
    """Correct the response to a trial, also of a finished experiment, and return the trial as it is then.

    The server keeps both; the model learns from the corrected one. A retracted trial can be given a response again.

    Args:
        trial: The told trial, or its number.
        outcome: The value of the experiment's only outcome, or values by outcome; those left out stay as they are.
        reason: Why, for the record, such as "pressed the wrong key".

    Raises:
        TrialNotFoundError: The experiment has no trial of this number.
        TrialNotToldError: The trial still awaits its response.
        InvalidRequestError: The response is not one that the outcome can take.
        TypeError: An argument has a wrong type.
    """
    outcomes = named_outcomes(handle, outcome)
    if not outcomes:
        raise ValueError("No outcome is given; `retract` takes a response back.")
    return (yield from _revise(handle, trial, outcomes, reason))


def retract(handle: Handle, trial: Trial | int, *, reason: str = "") -> Call[Trial]:
    """Take the response to a trial back, and return the trial as it is then.

    The server keeps it on record; the model learns nothing from it. The trial is not shown again by itself.

    Args:
        trial: The told trial, or its number.
        reason: Why, for the record, such as "participant was distracted".

    Raises:
        AepsychError: As `revise`.
    """
    return (yield from _revise(handle, trial, {}, reason))


def _revise(handle: Handle, trial: Trial | int, outcomes: Mapping[str, Any], reason: str) -> Call[Trial]:
    number = number_of(trial)
    if number is None:
        raise TypeError(f"A trial, or its number, is revised; {trial!r} is given, of type {type(trial).__name__}.")
    request = v1.ReviseTrialRequest(
        experiment_id=handle.experiment_id,
        request_id=uuid.uuid4().hex,
        trial_id=number,
        outcomes=to_values(outcomes),
        reason=text("reason", reason),
    )
    response = yield from exchange(handle.connection, rpc.REVISE_TRIAL, request, handle.connection.timeout.record)
    return read_trial(response.trial, handle.reader)
