"""How many answers may be under way that last for as long as a caller listens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aepsych_grpc.error import Reason, ServiceError

MOST_STREAMS = 4
"""Replays and exports at the same time: each takes a thread from those that answer calls while it is listened to."""


class Places:
    """The places for such answers. May be used from any thread."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(MOST_STREAMS)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place for the length of the block.

        Raises:
            ServiceError: LIMIT_EXCEEDED.
        """
        if not self._free.acquire(blocking=False):
            raise ServiceError(
                Reason.LIMIT_EXCEEDED,
                f"{MOST_STREAMS} replays and exports are running, and no more may at the same time; try again when one "
                "has ended.",
            )
        try:
            yield
        finally:
            self._free.release()
