"""The gate that calls pass: open while the server runs, closed when it stops."""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TypeVar

from aepsych_grpc.error import Reason, ServiceError

T = TypeVar("T")


class Gate:
    """Counts the calls inside, and lets no more in once closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._open = True

    @property
    def is_open(self) -> bool:
        """Whether calls are let in."""
        return self._open

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

    def one_by_one(self, answers: Generator[T, None, None]) -> Iterator[T]:
        """Let a call with many answers in for each of them: once the gate is closed there are no more.

        Raises:
            ServiceError: SHUTTING_DOWN.
        """
        with closing(answers):
            while True:
                with self.passed():
                    answer = next(answers, None)
                if answer is None:
                    return
                yield answer

    def close(self, grace: float) -> bool:
        """Let no more calls in and wait for those inside, at most `grace` seconds; return whether all have left."""
        with self._changed:
            self._open = False
            return self._changed.wait_for(lambda: self._inside == 0, timeout=grace)
