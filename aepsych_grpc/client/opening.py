"""Calls about experiments as a whole: set one up, find it again, list them."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import text, texts, whole
from aepsych_grpc.client.call import Call, Connection, exchange
from aepsych_grpc.client.config_tree import read_mapping
from aepsych_grpc.client.errors import InvalidConfigError
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.state import ServerInfo, read_learned_from, read_server_info
from aepsych_grpc.client.summary import ExperimentList, read_summary
from aepsych_grpc.config import files
from aepsych_grpc.config.violation import InvalidConfigError as UnreadableConfigError
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.config_pb2 import ExperimentConfig

ConfigSource: TypeAlias = str | Path | Mapping[str, Any] | ExperimentConfig
"""A config: a YAML or JSON file, the same as a dict, or the message."""


_CONFIG_TEXT = re.compile(r"\n|^\s*\{|^\w+:\s")
"""What the text of a config has, and the name of a file has not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A config's message, and the file that it came from, if any."""

    message: ExperimentConfig
    file: files.ConfigFile | None = None


def read_config(source: ConfigSource) -> Reading:
    """Read a config as far as its form goes; what it means is checked by the server.

    Raises:
        InvalidConfigError: It does not have a config's form; every mistake is named, with its line in a file.
        OSError: The file can't be read.
        TypeError: It is no file's name, dict or message.
        ValueError: It is the text of a config instead of a file's name.
    """
    if isinstance(source, ExperimentConfig):
        return Reading(source)
    if isinstance(source, Mapping):
        message = ExperimentConfig()
        violations = read_mapping(source, message)
        if violations:
            raise _invalid("The config has mistakes:", violations)
        return Reading(message)
    if not isinstance(source, str | Path):
        raise TypeError(
            "A config is given as the name of a YAML or JSON file, as a dict or as an ExperimentConfig; "
            f"{source!r} is given, of type {type(source).__name__}."
        )
    if isinstance(source, str) and (not source.strip() or _CONFIG_TEXT.search(source)):
        raise ValueError(
            "A config is given as the name of a YAML or JSON file; this is "
            + ("the text of one: save it to a file, or give yaml.safe_load(text)." if source.strip() else "empty.")
        )
    try:
        file = files.read(source)
    except UnreadableConfigError as error:
        raise _invalid(f"{source} is no config:", error.violations) from None
    if file.violations:
        raise _invalid(f"{source} has mistakes:", file.violations)
    return Reading(file.message, file)


def _invalid(message: str, violations: Iterable[Violation]) -> InvalidConfigError:
    reason = Reason.INVALID_CONFIG
    return InvalidConfigError(message, code=reason.status, reason=reason, violations=violations)


def _setup(connection: Connection, reading: Reading, request: v1.SetupRequest) -> Call[v1.SetupResponse]:
    """Send a config; where the server finds mistakes in one that came from a file, name their lines."""
    request.config.CopyFrom(reading.message)
    learns = bool(request.prior_from_experiment_ids) or request.config.HasField("population_prior")
    timeout = connection.timeout.compute if learns else connection.timeout.record
    try:
        return (yield from exchange(connection, rpc.SETUP, request, timeout))
    except InvalidConfigError as error:
        if reading.file is None:
            raise
        located = [replace(item, line=reading.file.locate(item.path)) for item in error.violations]
        raise _invalid(f"{reading.file.file} has mistakes:", sorted(located, key=lambda item: item.line)) from None


def setup(
    connection: Connection,
    config: ConfigSource,
    *,
    participant_id: str = "",
    labels: Mapping[str, str] | None = None,
    seed: int | None = None,
    warm_start: Sequence[str] = (),
    prior_from: Sequence[str] = (),
) -> Call[Handle]:
    """Set up an experiment.

    Args:
        config: A YAML or JSON file, the same as a dict, or the message.
        participant_id: Who takes part.
        labels: Added to the config's labels; win where both have a key.
        seed: Seed of every random choice, 0 to 2147483647; wins over the config's.
        warm_start: Ids of earlier experiments, such as the participant's first session, whose responses are carried
            over: the model learns from them as if they had been told first. Strategies with `skip_with_warm_start` are
            passed over.
        prior_from: Ids of earlier experiments that teach the model's hyperparameters, and nothing else; they stand in
            for those that the config's `population_prior` finds. `learned_from` of the result names those that did.

    Raises:
        InvalidConfigError: The config can't be run; `violations` has every mistake.
        ExperimentNotFoundError: No experiment has an id of `warm_start` or `prior_from`.
        InvalidRequestError: One of these has other parameters or outcomes; `violations` says which.
        DeadlineExceededError: Learning from earlier experiments takes longer than `timeout.compute`; set up again.
        TypeError: An argument has a wrong type.
    """
    request = v1.SetupRequest(
        request_id=uuid.uuid4().hex,
        participant_id=text("participant_id", participant_id),
        labels=texts("labels", labels or {}),
        seed=None if seed is None else whole("seed", seed),
        warm_start_experiment_ids=_ids("warm_start", warm_start),
        prior_from_experiment_ids=_ids("prior_from", prior_from),
    )
    response = yield from _setup(connection, read_config(config), request)
    return Handle(
        connection=connection,
        experiment_id=response.experiment_id,
        config=response.config,
        participant_id=participant_id,
        warnings=tuple(response.warnings),
        learned_from=read_learned_from(response.learned_priors),
        warm_started_from=tuple(request.warm_start_experiment_ids),
    )


def _ids(name: str, experiment_ids: Sequence[str]) -> list[str]:
    if isinstance(experiment_ids, str):
        raise TypeError(f"`{name}` is a list: write [{experiment_ids!r}].")
    return [text(name, item) for item in experiment_ids]


def check(connection: Connection, config: ConfigSource, *, seed: int | None = None) -> Call[ExperimentConfig]:
    """Check a config without setting anything up, and return it as the server understands it, defaults filled in.

    Raises:
        InvalidConfigError: The config can't be run; `violations` has every mistake.
    """
    request = v1.SetupRequest(seed=None if seed is None else whole("seed", seed), validate_only=True)
    response = yield from _setup(connection, read_config(config), request)
    return response.config


def experiment(connection: Connection, experiment_id: str) -> Call[Handle]:
    """Go on with an experiment that was set up earlier.

    Raises:
        ExperimentNotFoundError: No experiment has this id.
    """
    request = v1.GetExperimentRequest(experiment_id=text("experiment_id", experiment_id))
    response = yield from exchange(connection, rpc.GET_EXPERIMENT, request, connection.timeout.record)
    found = response.experiment
    return Handle(
        connection=connection,
        experiment_id=found.experiment_id,
        config=found.config,
        participant_id=found.participant_id,
        learned_from=read_learned_from(found.learned_priors),
        warm_started_from=tuple(found.warm_start_experiment_ids),
    )


def experiments(
    connection: Connection,
    *,
    participant_id: str = "",
    name: str = "",
    labels: Mapping[str, str] | None = None,
) -> Call[ExperimentList]:
    """List experiments, newest first; the filters that are set must all match.

    Args:
        participant_id: Only this participant's.
        name: Only those of this study.
        labels: Only those that have all of these labels.
    """
    request = v1.ListExperimentsRequest(
        participant_id=text("participant_id", participant_id),
        name=text("name", name),
        labels=texts("labels", labels or {}),
    )
    found = ExperimentList()
    while True:
        response = yield from exchange(connection, rpc.LIST_EXPERIMENTS, request, connection.timeout.record)
        found += map(read_summary, response.experiments)
        if not response.next_page_token:
            return found
        request.page_token = response.next_page_token


def server_info(connection: Connection) -> Call[ServerInfo]:
    """Return the server's version, limits and catalogue."""
    response = yield from exchange(
        connection, rpc.GET_SERVER_INFO, v1.GetServerInfoRequest(), connection.timeout.record
    )
    return read_server_info(response)
