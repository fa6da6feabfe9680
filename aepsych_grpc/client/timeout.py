"""How long the client waits for an answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Seconds within which an answer must be there, re-sending included; None to wait for ever.

    Attributes:
        record: For calls that only record or read.
        compute: For calls that choose a trial, query the model or learn from earlier participants.
        export: For calls that write a file.
    """

    record: float | None = 30.0
    compute: float | None = 60.0
    export: float | None = 600.0

    @classmethod
    def of(cls, timeout: "Timeout | float | None") -> "Timeout":
        """Return a timeout as given, or the same number of seconds for every call."""
        return timeout if isinstance(timeout, Timeout) else cls(record=timeout, compute=timeout, export=timeout)


DEFAULT_TIMEOUT = Timeout()
"""How long a client waits unless told otherwise."""
