"""How long calls took."""

import math
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def timed(call: Callable[[], T], seconds: list[float]) -> T:
    """Make a call and note how long it took."""
    start = time.perf_counter()
    result = call()
    seconds.append(time.perf_counter() - start)
    return result


def percentile(seconds: Sequence[float], p: float) -> float:
    """Return the smallest of some durations that at least p percent of them do not exceed (the nearest rank)."""
    return sorted(seconds)[max(math.ceil(len(seconds) * p / 100), 1) - 1]
