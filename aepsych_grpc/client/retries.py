"""When a call is sent again, and after what pause.

Every call may be sent again, because the server recognises it: Setup, Ask, ReviseTrial, FinishStrategy and
FinishExperiment carry a `request_id`, every observation of a Tell an `observation_id` (for an asked trial the server's
default, `trial-N`), and the rest changes nothing. It is sent again after UNAVAILABLE (a server that restarts) and
ABORTED (a server that lost a race for the database). It is never sent again after DEADLINE_EXCEEDED: the caller's time
is up.
"""

from dataclasses import dataclass

from google.rpc import code_pb2

RETRIED = frozenset({code_pb2.UNAVAILABLE, code_pb2.ABORTED})
"""Codes after which a call is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often and how soon a call is sent again.

    The pause before re-sending number k = 0, 1, ... is drawn from [1/2, 1] * min(first_pause * 2^k, longest_pause):
    the jitter keeps clients that failed together from coming back together. The default goes on for 7 to 14 s; a
    server restarts within 5 s.

    Attributes:
        attempts: Times that a call is sent in all, at least 1.
        first_pause: Seconds before the first re-sending.
        longest_pause: Seconds before a later one.
        first_contact: Seconds after which a call to a server that has never answered is given up: time for one that is
            just starting, and not too long for a wrong address.
    """

    attempts: int = 10
    first_pause: float = 0.1
    longest_pause: float = 3.0
    first_contact: float = 3.0

    def pause(self, k: int, draw: float) -> float:
        """Return the seconds before re-sending number k, given a draw from [0, 1)."""
        return min(self.first_pause * 2.0**k, self.longest_pause) * (0.5 + draw / 2)


DEFAULT_RETRIES = Retries()
"""When a client sends again unless told otherwise."""
