"""The gate that calls pass: open while the server runs, closed when it stops."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aepsych_grpc.error import Reason, ServiceError


class Gate:
    """Counts the calls inside, and lets no more in once closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._open = True

    @contextmanager
    def passed(self) -> Iterator[None]:
        """Let one call in for the length of the block.

        Raises:
            ServiceError: SHUTTING_DOWN.
        """
        with self._changed:
            if not self._open:
                raise ServiceError(Reason.SHUTTING_DOWN, "The server is shutting down; try again shortly.")
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def close(self, grace: float) -> bool:
        """Let no more calls in and wait for those inside, at most `grace` seconds; return whether all have left."""
        with self._changed:
            self._open = False
            return self._changed.wait_for(lambda: self._inside == 0, timeout=grace)
