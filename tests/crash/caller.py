"""Sends a call until it is acknowledged, the same ids each time, as a client does whose server is away."""

import random
import threading
from collections.abc import Sequence

import grpc
from google.protobuf.message import Message

from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub
from crash.journal import Journal

SENT_AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED)
"""What a call may end with, other than its answer, while servers come and go."""

PAUSE = 0.02
"""Seconds before a call is sent again."""

PATIENCE = 30.0
"""Seconds that a call may take: none hangs."""

_CHANNEL = (
    ("grpc.initial_reconnect_backoff_ms", 20),
    ("grpc.min_reconnect_backoff_ms", 20),
    ("grpc.max_reconnect_backoff_ms", 50),
    ("grpc.use_local_subchannel_pool", 1),  # a connection of its own, as another program has
)


class Refused(Exception):
    """The call was refused for good."""


class Caller:
    """Calls one of some servers, whichever, and writes down what is acknowledged."""

    def __init__(self, targets: Sequence[str], journal: Journal, rng: random.Random) -> None:
        self.journal = journal
        self._rng = rng
        self._closed = False
        self._channels = [grpc.insecure_channel(target, _CHANNEL) for target in targets]
        self._stubs = [ExperimentServiceStub(channel) for channel in self._channels]

    def once(self, method: str, request: Message) -> Message:
        """Send a call once. Raises grpc.RpcError."""
        return getattr(self._rng.choice(self._stubs), method)(request, timeout=PATIENCE)

    def send(self, method: str, request: Message) -> Message:
        """Send a call until it is acknowledged.

        Raises:
            Refused: It never will be, or the caller has been closed.
        """
        again = False
        while not self._closed:
            try:
                response = self.once(method, request)
            except grpc.RpcError as error:
                if error.code() not in SENT_AGAIN and not self._closed:
                    problem = f"{method} was refused with {error.code().name}: {error.details()}"
                    self.journal.refuse(problem)
                    raise Refused(problem) from None
                self.journal.miss(error.code().name, error.details())
                again = True
                threading.Event().wait(PAUSE)
                continue
            self.journal.acknowledge(method, request, response, again=again)
            return response
        raise Refused(f"{method} was not answered before the caller had to go")

    def fail(self, method: str, request: Message) -> grpc.RpcError:
        """Send a call once, which must not be answered, and return the error."""
        try:
            response = self.once(method, request)
        except grpc.RpcError as error:
            return error
        raise AssertionError(f"{method} was answered: {response}")

    def close(self) -> None:
        """Give up what has not been answered."""
        self._closed = True
        for channel in self._channels:
            channel.close()
