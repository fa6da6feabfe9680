"""Whole logs as JSON: all that there is to know of experiments, and enough to go on with them elsewhere."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict

import aepsych_grpc
from aepsych_grpc.export.column import Subject
from aepsych_grpc.store.event_store import EventStore
from aepsych_grpc.v1 import event_pb2

FORMAT = "aepsych-grpc experiments"
"""What a file says that it is."""

VERSION = 1
"""Version of the file's layout. Raised by whatever an earlier version of the program could not read."""

EVENTS = 500
"""Events that are read together."""


def log_pieces(store: EventStore, subjects: Sequence[Subject]) -> Iterator[tuple[bytes, float]]:
    """Write the logs, an event a line, and tell with each piece the part of all that is done with it.

    An event is its message in protobuf's JSON form, with the names of the contract; numbers and times are exact.
    """
    head = {"format": FORMAT, "format_version": VERSION, "server_version": aepsych_grpc.__version__}
    yield f'{_text(head)[:-1]}, "experiments": ['.encode(), 0.0
    for i, subject in enumerate(subjects):
        last = store.get(subject.experiment_id).sequence
        comma = "," if i else ""
        yield f'{comma}\n{{"experiment_id": {_text(subject.experiment_id)}, "events": ['.encode(), i / len(subjects)
        done = 0
        while done < last:
            stored = store.events(subject.experiment_id, done, min(EVENTS, last - done))
            lines = ",\n".join(_text(_fields(one.payload)) for one in stored)
            comma, done = "," if done else "", stored[-1].sequence
            yield f"{comma}\n{lines}".encode(), (i + done / last) / len(subjects)
        yield b"\n]}", (i + 1) / len(subjects)
    yield b"\n]}\n", 1.0


def _fields(payload: bytes) -> dict[str, Any]:
    return MessageToDict(event_pb2.Event.FromString(payload), preserving_proto_field_name=True)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
