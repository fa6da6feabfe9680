"""Where models of all experiments are fitted, and what of their work is kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor, ThreadPoolExecutor

from aepsych_grpc.core.posterior import Posterior

THREADS = 8
"""Fits at the same time. More than a machine has cores, so that a long one does not keep a short one waiting."""

MOST_READOUTS = 8
"""Read-outs kept: each holds up to 16 matrices of n x n, some 20 MB at 400 observations."""


class Readouts:
    """The read-outs that were used latest, of whichever experiments."""

    def __init__(self, most: int = MOST_READOUTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Posterior, ...]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], tuple[Posterior, ...]]) -> tuple[Posterior, ...]:
        """Return the read-out of this key, made now if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made


class Workshop:
    """What fits models (by default threads), and their latest read-outs; shared by all experiments of a server."""

    def __init__(self, executor: Executor | None = None) -> None:
        self.executor = executor or ThreadPoolExecutor(THREADS, thread_name_prefix="fit")
        self.readouts = Readouts()

    def close(self) -> None:
        """Finish what has begun and drop what has not."""
        self.executor.shutdown(cancel_futures=True)
