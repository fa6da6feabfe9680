"""Points and responses side by side, in arrays that grow."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

LEAST_ROOM = 64


class Rows:
    """Rows of a point and a response, each from the event at some sequence, in its order.

    Only grows, so that a part of it can be handed out uncopied.
    """

    def __init__(self, d: int) -> None:
        self._sequences: list[int] = []
        self._points = np.empty((0, d))
        self._responses = np.empty(0)

    def __len__(self) -> int:
        return len(self._sequences)

    def append(self, sequence: int, point: Array, response: float) -> None:
        """Add a row."""
        n = len(self._sequences)
        if n == len(self._responses):
            # Twice as much room, so that taking in n observations copies less than 2 n.
            self._points, self._responses = _with_room(self._points, 2 * n), _with_room(self._responses, 2 * n)
        self._points[n], self._responses[n] = point, response
        self._sequences.append(sequence)

    def up_to(self, sequence: int) -> int:
        """Count the rows up to a sequence."""
        return bisect_right(self._sequences, sequence)

    def between(self, start: int, end: int) -> tuple[Array, Array]:
        """Return the points and responses of rows."""
        return self._points[start:end], self._responses[start:end]

    def with_responses(self, responses: Mapping[int, float | None], n: int) -> "Rows":
        """Return the first n rows with other responses in some of them, and without those whose response is None."""
        kept = np.array([i for i in range(n) if responses.get(i, 0.0) is not None], dtype=int)
        made = Rows(self._points.shape[1])
        made._sequences = [self._sequences[i] for i in kept]
        made._points, made._responses = self._points[kept], self._responses[kept]
        for place, i in enumerate(kept):
            if (response := responses.get(int(i))) is not None:
                made._responses[place] = response
        return made


def _with_room(values: Array, rows: int) -> Array:
    """Return a copy with so many rows, at least LEAST_ROOM, of which the further ones say nothing yet."""
    roomy = np.zeros((max(rows, LEAST_ROOM), *values.shape[1:]))
    roomy[: len(values)] = values
    return roomy
