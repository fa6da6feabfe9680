"""Reads a file of logs that `log` has written. Nothing in it is trusted; all of it is data."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from google.protobuf.json_format import ParseDict, ParseError

from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.export.log import FORMAT, VERSION
from aepsych_grpc.session.codec import event_from_proto, event_to_proto
from aepsych_grpc.session.event import Event
from aepsych_grpc.session.experiments import is_experiment_id
from aepsych_grpc.v1 import event_pb2

LONGEST_REASON = 300
"""Characters of what protobuf says of an event that is none."""


class InvalidFileError(ValueError):
    """A file that can't be imported; the message says where and why."""


@dataclass(frozen=True, slots=True)
class WrittenLog:
    """An experiment as a file has it. Whether its events can follow each other has not been checked."""

    experiment_id: str
    events: tuple[Event, ...]


def read_logs(data: bytes) -> tuple[WrittenLog, ...]:
    """Read the content of a file, at least one log.

    Raises:
        InvalidFileError: It is cut short, of another kind, or has events that are none.
    """
    content = _json(data)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidFileError("It is no export of whole experiments; `aepsych-grpc export --format json` writes one.")
    if content.get("format_version") != VERSION:
        version = json.dumps(content.get("format_version"))[:20]
        raise InvalidFileError(f"Its format_version is {version}; this version of aepsych-grpc reads {VERSION}.")
    logs = _list(content.get("experiments"), "experiments")
    found: dict[str, WrittenLog] = {}
    for i, item in enumerate(logs):
        path = f"experiments[{i}]"
        experiment_id = item.get("experiment_id") if isinstance(item, dict) else None
        if not isinstance(experiment_id, str) or not is_experiment_id(experiment_id):
            raise InvalidFileError(f"{path}.experiment_id: The id of an experiment is expected.")
        if experiment_id in found:
            raise InvalidFileError(f"{path}.experiment_id: {experiment_id} stands there twice.")
        events = _list(item.get("events"), f"{path}.events")
        found[experiment_id] = WrittenLog(
            experiment_id, tuple(_event(event, f"{path}.events[{j}]") for j, event in enumerate(events))
        )
    return tuple(found.values())


def _json(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
        if "\\u" in text:
            json.dumps(content, ensure_ascii=False).encode()  # half a character has no place in a message
    except UnicodeError:
        raise InvalidFileError("It is no text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidFileError(
            f"It is cut short, or no JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from None
    except RecursionError:
        raise InvalidFileError("It is nested too deeply.") from None
    except InvalidFileError:
        raise
    except ValueError as error:
        raise InvalidFileError(f"It is no JSON: {error}.") from None
    return content


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise InvalidFileError("A name stands twice in the same object.")
    return fields


def _no_number(name: str) -> NoReturn:
    raise InvalidFileError(f"It has {name} where a number is expected.")


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidFileError(f"{path}: A list with at least one entry is expected.")
    return value


def _event(fields: Any, path: str) -> Event:
    """Read an event that says nothing but what this version understands."""
    if not isinstance(fields, dict):
        raise InvalidFileError(f"{path}: An event is expected.")
    try:
        message = ParseDict(fields, event_pb2.Event())
        event = event_from_proto(message)
        again = event_to_proto(event)
    except InvalidConfigError as error:
        raise InvalidFileError(f"{path}: {error}") from None
    except (ParseError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise InvalidFileError(f"{path}: {str(error)[:LONGEST_REASON]}") from None
    if message.HasField("experiment_created"):
        # Reading has checked the config and filled in its defaults.
        again.experiment_created.config.CopyFrom(message.experiment_created.config)
    if again != message:
        raise InvalidFileError(f"{path}: It says something that this version of aepsych-grpc does not understand.")
    return event
