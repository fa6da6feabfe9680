"""What the driver has written down: every call that was acknowledged, with its answer."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import Message

NEWS_WITHIN = 60.0
"""Seconds within which some participant hears of a running server."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A call and its answer."""

    method: str
    request: Message
    response: Message


@dataclass(slots=True)
class Journal:
    """The driver's own record. May be written to from any thread.

    Attributes:
        calls: In the order of their acknowledgement.
        unanswered: How often a call was sent in vain and had to be sent again, by code and message.
        recognised: How many calls that were sent again had been recorded the first time.
        refused: Calls that were refused for good, in words: no fault here is a reason for that.
    """

    calls: list[Acknowledged] = field(default_factory=list)
    unanswered: Counter[tuple[str, str]] = field(default_factory=Counter)
    recognised: int = 0
    refused: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def acknowledge(self, method: str, request: Message, response: Message, *, again: bool) -> None:
        with self._changed:
            self.calls.append(Acknowledged(method, request, response))
            self.recognised += again and is_duplicate(response)
            self._changed.notify_all()

    def miss(self, code: str, message: str) -> None:
        with self._changed:
            self.unanswered[code, message] += 1
            self._changed.notify_all()

    def refuse(self, what: str) -> None:
        with self._changed:
            self.refused.append(what)

    def wait_for_news(self) -> None:
        """Wait until one more call is acknowledged. Raises TimeoutError when none is."""
        self._wait_for_more(lambda: len(self.calls), "acknowledged")

    def wait_for_a_miss(self) -> None:
        """Wait until one more call is sent in vain. Raises TimeoutError when none is."""
        self._wait_for_more(self.unanswered.total, "sent in vain")

    def _wait_for_more(self, count: Callable[[], int], what: str) -> None:
        with self._changed:
            before = count()
            if not self._changed.wait_for(lambda: count() > before, NEWS_WITHIN):
                raise TimeoutError(f"No call was {what} for {NEWS_WITHIN:g} s.")


def is_duplicate(response: Message) -> bool:
    """Whether the server says that it had recorded all of this call before."""
    receipts = getattr(response, "receipts", None)
    return response.duplicate if receipts is None else all(receipt.duplicate for receipt in receipts)
