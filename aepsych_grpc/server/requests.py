"""Requests as the session's calls, checked for all that can be seen without looking into the experiment."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from google.protobuf.struct_pb2 import Value

from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.config.check.population import MOST_EXPERIMENTS
from aepsych_grpc.config.proto import from_proto, stimulus_from_proto, value_from_proto
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.digest import content_digest
from aepsych_grpc.server.limits import MAX_EXPORTED, MAX_LABELS, MAX_OBSERVATIONS, MAX_SEED, MAX_TRIALS, limited
from aepsych_grpc.session.call import AskCall, GivenObservation, ReviseCall, SetupCall
from aepsych_grpc.session.event import RequestIdentity
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1 import trial_pb2

DEFAULT_COMPUTE_BUDGET = 1.0
"""Seconds for the choice of the next trials."""

_SHARE_OF_DEADLINE = 0.9
"""Part of a call's remaining time that a computation may take; the rest is for recording and for the way back."""


def setup_call(request: v1.SetupRequest, catalogue: Catalogue, timeout: float | None) -> SetupCall:
    """Read a SetupRequest; its labels and seed win over the config's.

    `timeout` is what is left of the call's time in seconds, None for no limit.

    Raises:
        ServiceError: NOT_SUPPORTED, INVALID_REQUEST, INVALID_CONFIG or LIMIT_EXCEEDED.
    """
    _refuse_unsupported_setup(request)
    limited("prior_from_experiment_ids", len(request.prior_from_experiment_ids), MOST_EXPERIMENTS, "experiments")
    limited("warm_start_experiment_ids", len(request.warm_start_experiment_ids), MOST_EXPERIMENTS, "experiments")
    checks = Checks()
    checks.text("request_id", request.request_id)
    checks.text("participant_id", request.participant_id)
    labels = checks.labels("config.labels", request.config.labels) | checks.labels("labels", request.labels)
    if len(labels) > MAX_LABELS:
        checks.refuse("labels", f"With the config's, {len(labels)} labels are given; at most {MAX_LABELS} are allowed.")
    if request.HasField("seed") and request.seed < 0:
        checks.refuse("seed", f"{request.seed} is given; expected is 0 to {MAX_SEED}.")
    _check_earlier("prior_from_experiment_ids", request.prior_from_experiment_ids, checks)
    _check_earlier("warm_start_experiment_ids", request.warm_start_experiment_ids, checks)
    if not request.HasField("config"):
        checks.refuse("config", "Required; nothing is given. A config has at least one parameter.")
        checks.done()
    message = type(request.config)()
    message.CopyFrom(request.config)
    if request.HasField("seed") and request.seed >= 0:
        message.seed = request.seed
    try:
        config = from_proto(message, catalogue)
    except InvalidConfigError as error:
        checks.violations = [*error.violations, *checks.violations]
        checks.done(Reason.INVALID_CONFIG)
        raise
    checks.done()
    return SetupCall(
        config=config,
        participant_id=request.participant_id,
        labels=labels,
        warm_start_from=tuple(request.warm_start_experiment_ids),
        prior_from=tuple(request.prior_from_experiment_ids),
        deadline=None if timeout is None else time.monotonic() + _SHARE_OF_DEADLINE * timeout,
        request=RequestIdentity(request_id=request.request_id, content_digest=content_digest(request, "request_id")),
    )


def _check_earlier(field: str, experiment_ids: Sequence[str], checks: Checks) -> None:
    for i, experiment_id in enumerate(experiment_ids):
        path = f"{field}[{i}]"
        checks.text(path, experiment_id, required=True)
        if experiment_id and experiment_id in experiment_ids[:i]:
            checks.refuse(path, f'"{experiment_id}" is given twice; an experiment counts once.')


def _refuse_unsupported_setup(request: v1.SetupRequest) -> None:
    if request.HasField("ini_text"):
        raise ServiceError(
            Reason.NOT_SUPPORTED,
            "ini_text: configs in AEPsych's INI dialect are not supported by this server; send the typed config.",
            metadata={"field": "ini_text"},
        )


def ask_call(request: v1.AskRequest, timeout: float | None) -> AskCall:
    """Read an AskRequest. `timeout` is what is left of the call's time in seconds, None for no limit.

    Raises:
        ServiceError: INVALID_REQUEST or LIMIT_EXCEEDED.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    call = _ask_call(request, "", checks, timeout)
    checks.done()
    return call


def tell_call(request: v1.TellRequest, timeout: float | None) -> tuple[tuple[GivenObservation, ...], AskCall | None]:
    """Read a TellRequest: its observations, and the Ask within it if there is one.

    Raises:
        ServiceError: INVALID_REQUEST or LIMIT_EXCEEDED.
    """
    limited("observations", len(request.observations), MAX_OBSERVATIONS, "observations")
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    if not request.observations:
        checks.refuse("observations", "Required; nothing is given.")
    given = tuple(_observation(item, f"observations[{i}]", checks) for i, item in enumerate(request.observations))
    ask = _ask_call(request.ask_next, "ask_next.", checks, timeout) if request.HasField("ask_next") else None
    checks.done()
    return given, ask


def _ask_call(request: v1.AskRequest | v1.AskNext, prefix: str, checks: Checks, timeout: float | None) -> AskCall:
    count = request.count if request.HasField("count") else 1
    limited(f"{prefix}count", count, MAX_TRIALS, "trials")
    checks.at_least(f"{prefix}count", count, 1)
    checks.text(f"{prefix}request_id", request.request_id)
    budget = DEFAULT_COMPUTE_BUDGET
    if request.HasField("compute_budget"):
        budget = checks.seconds(f"{prefix}compute_budget", request.compute_budget, positive=True)
    if timeout is not None:
        budget = min(budget, _SHARE_OF_DEADLINE * timeout)
    # The budget is no part of what is asked for: a call that is sent again has less time left.
    digest = content_digest(request, "request_id", "compute_budget")
    return AskCall(
        count=count,
        fixed_parameters=values(request.fixed_parameters),
        deadline=time.monotonic() + budget,
        request=RequestIdentity(request_id=request.request_id, content_digest=digest),
        path=f"{prefix}fixed_parameters",
    )


def _observation(message: trial_pb2.Observation, path: str, checks: Checks) -> GivenObservation:
    checks.text(f"{path}.observation_id", message.observation_id)
    response_time = None
    if message.HasField("response_time"):
        response_time = checks.seconds(f"{path}.response_time", message.response_time, positive=False)
    return GivenObservation(
        observation_id=message.observation_id,
        trial_id=message.trial_id,
        stimuli=tuple(map(stimulus_from_proto, message.stimuli)),
        outcomes=values(message.outcomes),
        response_time=response_time,
        metadata=checks.json(f"{path}.metadata", values(message.metadata.fields)),
        exclude_from_model=message.exclude_from_model,
        content_digest=content_digest(_with_numbers(message), "observation_id"),
    )


def revise_call(request: v1.ReviseTrialRequest) -> ReviseCall:
    """Read a ReviseTrialRequest.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    checks.text("request_id", request.request_id)
    checks.text("reason", request.reason)
    if request.trial_id < 1:
        checks.refuse("trial_id", f"{request.trial_id} is given; expected is the number of a told trial, from 1.")
    checks.done()
    return ReviseCall(
        trial_id=request.trial_id,
        outcomes=values(request.outcomes),
        reason=request.reason,
        request=RequestIdentity(
            request_id=request.request_id, content_digest=content_digest(_with_numbers(request), "request_id")
        ),
    )


Telling = TypeVar("Telling", trial_pb2.Observation, v1.ReviseTrialRequest)


def _with_numbers(message: Telling) -> Telling:
    """Return the message with 1 and 0 for true and false, which mean the same as outcomes."""
    if not any(value.HasField("bool_value") for value in message.outcomes.values()):
        return message
    same = type(message)()
    same.CopyFrom(message)
    for value in same.outcomes.values():
        if value.HasField("bool_value"):
            value.number_value = value.bool_value
    return same


def values(messages: Mapping[str, Value]) -> dict[str, Any]:
    """Read JSON values by name. Whether they suit is for those to say who know the experiment."""
    return {name: value_from_proto(message) for name, message in messages.items()}


def check_export(request: v1.ExportTrialsRequest) -> None:
    """Check what can be seen of an export without the experiments.

    Raises:
        ServiceError: INVALID_REQUEST, LIMIT_EXCEEDED.
    """
    checks = Checks()
    limited("experiment_ids", len(request.experiment_ids), MAX_EXPORTED, "experiments")
    if not request.experiment_ids:
        checks.refuse("experiment_ids", "Required; nothing is given. ListExperiments has the ids.")
    first: dict[str, int] = {}
    for i, experiment_id in enumerate(request.experiment_ids):
        checks.text(f"experiment_ids[{i}]", experiment_id, required=True)
        if first.setdefault(experiment_id, i) != i:
            checks.refuse(f"experiment_ids[{i}]", f'"{experiment_id}" is given already, at {first[experiment_id]}.')
    formats = [name for name, number in v1.ExportFormat.items() if number]
    if not request.format or request.format not in v1.ExportFormat.values():
        given = f"{request.format} is given" if request.format else "nothing is given"
        checks.refuse("format", f"Required: one of {', '.join(formats)}; {given}.")
    checks.done()


def finish_call(request: v1.FinishStrategyRequest | v1.FinishExperimentRequest, text_field: str) -> RequestIdentity:
    """Check a request that ends something and return its identity. `text_field` names its other text.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    checks.text("request_id", request.request_id)
    checks.text(text_field, getattr(request, text_field))
    checks.done()
    return RequestIdentity(request_id=request.request_id, content_digest=content_digest(request, "request_id"))
