"""Watching an experiment: its events, as they are recorded."""
# ruff: noqa: D417  # the first parameter of a call becomes the method's self

from dataclasses import dataclass
from datetime import datetime

from aepsych_grpc.client import rpc
from aepsych_grpc.client.arguments import real, whole
from aepsych_grpc.client.feed import Feed, messages
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.running import duration
from aepsych_grpc.client.trial import read_time
from aepsych_grpc.v1 import event_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEvent:
    """An event of an experiment's log.

    Attributes:
        sequence: Its position in the log, from 1.
        time: When it was recorded.
        kind: What happened, such as "trial_asked", "observation_told" or "trial_revised".
        trial_id: The trial that was asked, told or revised; None where it is about something else.
        event: All of it, as the contract has it: `event.event.observation_told.observation.outcomes`.
    """

    sequence: int
    time: datetime
    kind: str
    trial_id: int | None
    event: event_pb2.Event


def watch(handle: Handle, *, after_sequence: int = 0, heartbeat: float = 15.0) -> Feed[RecordedEvent]:
    """Iterate over the events of the experiment, those on record and then each as it is recorded, by whichever client.

    It goes on until you leave the loop, also when the experiment has finished, and over restarts of the server. In a
    program that does something else besides, run it in a thread or use `AsyncClient`.

        for event in experiment.watch():
            if event.kind == "observation_told":
                show(experiment.threshold())

    Args:
        after_sequence: Only events after this sequence, such as that of the latest event that you have seen.
        heartbeat: Seconds, at least 1, after which the server gives a sign of life while nothing happens. Connections
            that are idle for long are cut off by some networks.

    Raises:
        InvalidRequestError: The log is shorter than `after_sequence`.
        LimitExceededError: As many watch as the server takes.
        UnavailableError: The server can't be reached any more.
    """
    request = v1.WatchExperimentRequest(
        experiment_id=handle.experiment_id,
        after_sequence=whole("after_sequence", after_sequence),
        heartbeat_interval=duration(real("heartbeat", heartbeat)),
    )
    yield from messages(handle.connection, rpc.WATCH_EXPERIMENT, request, _go_on, _read)


def _go_on(request: v1.WatchExperimentRequest, response: v1.WatchExperimentResponse) -> None:
    request.after_sequence = max(request.after_sequence, response.event.sequence)


def _read(response: v1.WatchExperimentResponse) -> RecordedEvent | None:
    if not response.HasField("event"):
        return None
    event = response.event
    return RecordedEvent(
        sequence=event.sequence,
        time=read_time(event.time),
        kind=event.WhichOneof("kind") or "unknown",
        trial_id=_trial_id(event),
        event=event,
    )


def _trial_id(event: event_pb2.Event) -> int | None:
    match event.WhichOneof("kind"):
        case "trial_asked":
            return event.trial_asked.trial_id
        case "observation_told":
            return event.observation_told.observation.trial_id
        case "trial_revised":
            return event.trial_revised.trial_id
        case _:
            return None
