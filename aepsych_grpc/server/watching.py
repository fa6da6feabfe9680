"""WatchExperiment: the events of an experiment as they are recorded, and signs of life in between."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from aepsych_grpc.server.checks import Checks
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.v1 import event_pb2
from aepsych_grpc.v1 import experiment_service_pb2 as v1

DEFAULT_HEARTBEAT = 15.0
"""Seconds without an event after which a heartbeat is sent: less than the minute after which many proxies cut off."""

WhenGone = Callable[[Callable[[], None]], bool]
"""Has something done when the caller has gone; returns False, and does nothing, if that has happened already."""


def watch(
    request: v1.WatchExperimentRequest, experiments: Experiments, when_gone: WhenGone
) -> Iterator[v1.WatchExperimentResponse]:
    """Yield events and heartbeats until the caller has gone.

    Raises:
        ServiceError: INVALID_REQUEST, EXPERIMENT_NOT_FOUND, LIMIT_EXCEEDED, STORE_UNAVAILABLE; SHUTTING_DOWN at last.
    """
    checks = Checks()
    checks.text("experiment_id", request.experiment_id, required=True)
    checks.at_least("after_sequence", request.after_sequence, 0)
    heartbeat = DEFAULT_HEARTBEAT
    if request.HasField("heartbeat_interval"):
        heartbeat = checks.seconds("heartbeat_interval", request.heartbeat_interval, positive=True)
        if 0 < heartbeat < 1:
            checks.refuse("heartbeat_interval", f"{heartbeat:g} s is given; expected is at least 1 s.")
    checks.done()
    with experiments.watcher(request.experiment_id, request.after_sequence) as watcher:
        if not when_gone(watcher.stop):
            return
        for stored in watcher.events(heartbeat):
            response = v1.WatchExperimentResponse()
            if stored is None:
                response.heartbeat.FromDatetime(datetime.now(UTC))
            else:
                # What is stored is the message as the contract has it.
                response.event.CopyFrom(event_pb2.Event.FromString(stored.payload))
            yield response
