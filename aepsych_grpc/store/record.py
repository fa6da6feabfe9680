"""What goes into the store and what comes out of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from aepsych_grpc.store.row import Row


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be recorded, and the rows that tell people what it says.

    Microseconds of `time` are kept; ValueError when it has no time zone.
    """

    kind: str
    time: datetime
    payload: bytes
    rows: tuple[Row, ...] = ()

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError(f"The time {self.time.isoformat()} of an event has no time zone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperiment:
    """An experiment to be recorded, with its first events, at least one.

    Attributes:
        setup_request_id: The client-made id of the request that sets it up; None when it has none.
        setup_digest: Digest of that request's content.
        finished: Whether it has ended with these events.
    """

    experiment_id: str
    events: Sequence[NewEvent]
    name: str = ""
    participant_id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    setup_request_id: str | None = None
    setup_digest: bytes = b""
    finished: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A recorded event. `sequence` counts from 1 without gaps in each experiment; `time` is in UTC."""

    sequence: int
    kind: str
    time: datetime
    payload: bytes


RowsOfLog: TypeAlias = Callable[[Sequence[StoredEvent]], Sequence[Row]]
"""Makes the rows of all events of an experiment, in their order; ValueError when it can't read one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRecord:
    """An experiment at a glance.

    Attributes:
        setup_request_id: The client-made id of the request that set it up; None when it had none.
        setup_digest: Digest of that request's content.
        create_time: Time of its first event, in UTC.
        update_time: Time of its latest event, in UTC.
        sequence: Sequence of its latest event.
        counts: How many events of each kind its log has.
    """

    experiment_id: str
    name: str
    participant_id: str
    labels: Mapping[str, str]
    setup_request_id: str | None
    setup_digest: bytes
    create_time: datetime
    update_time: datetime
    sequence: int
    finished: bool
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list of experiments: just after this one."""

    create_time: datetime
    experiment_id: str


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """Part of the list of experiments, newest first; `following` is where the rest begins, None at the end."""

    records: tuple[ExperimentRecord, ...]
    following: Cursor | None
