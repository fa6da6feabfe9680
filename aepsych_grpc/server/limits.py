"""What the server takes in one call. All of it is on by default and reported by GetServerInfo."""

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError

MAX_OBSERVATIONS = 10_000
"""Observations in a Tell: one transaction, and a second or so of work."""

MAX_TRIALS = 100
"""Trials in an Ask."""

MAX_POINTS = 10_000
"""Stimuli or contexts in a Query."""

MAX_SAMPLE_POINTS = 1_000
"""Stimuli in a samples query: their joint covariance takes 8 bytes a pair, its factor a time cubic in their number."""

MAX_SAMPLE_VALUES = 1_000_000
"""Numbers in the answer to a samples query, draws times stimuli."""

MAX_DRAWS = 10_000
"""Draws in a samples query."""

MAX_EXPORTED = 10_000
"""Experiments in a file."""

MAX_PAGE = 10_000
"""Entries of a page; a larger page_size is taken as this."""

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""A request as it travels: room for ten times the observations taken, so that their count is refused."""

MAX_TEXT = 200
"""Characters of an id, a participant's id, a label's key or value, a reason."""

MAX_DEPTH = 16
"""Groups of fields and lists within each other in metadata. Protobuf reads no message with more than about 32."""

MAX_LABELS = 64
"""Labels of an experiment."""

MAX_SEED = 2**31 - 1
"""Largest seed."""


def limited(path: str, given: int, allowed: int, what: str) -> None:
    """Refuse more than is taken in one call.

    Raises:
        ServiceError: LIMIT_EXCEEDED, naming what was given and what is allowed.
    """
    if given > allowed:
        message = f"{given} {what} are given; at most {allowed} are taken in one call."
        raise ServiceError(
            Reason.LIMIT_EXCEEDED,
            f"{path}: {message}",
            violations=[Violation(path, message)],
            metadata={"given": str(given), "allowed": str(allowed)},
        )
