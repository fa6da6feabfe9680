"""The space of whole trials: stimuli side by side."""

from collections.abc import Mapping

from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.space.space import Space


class TrialSpace:
    """The unit cube of trials of s stimuli, `s d` coordinates; what holds for a stimulus holds for each of them.

    Attributes:
        space: The space of one stimulus.
        stimuli: s.
        d: Number of coordinates.
        constraints: What the parameters of each stimulus fulfil together.
        unordered: Coordinates that stand for names without order.
    """

    def __init__(self, space: Space, stimuli: int) -> None:
        self.space = space
        self.stimuli = stimuli
        self.d = stimuli * space.d
        self.constraints = space.constraints
        self.unordered = self._repeated(space.unordered)

    def snap(self, X: Tensor) -> Tensor:
        """Move trials, `... x (s d)`, to those whose stimuli there are."""
        return self.space.snap(self._apart(X)).reshape(X.shape)

    def hold(self, X: Tensor, fixed: Mapping[str, Value]) -> Tensor:
        """Return trials with some parameters of all stimuli set to given values."""
        return self.space.hold(self._apart(X), fixed).reshape(X.shape)

    def keeps(self, X: Tensor) -> Tensor:
        """Return whether all stimuli of trials, `... x (s d)`, keep to the constraints, `...`."""
        return self.space.keeps(self._apart(X)).all(-1)

    def free(self, fixed: Mapping[str, Value]) -> list[int]:
        """List the coordinates that given values leave open."""
        return list(self._repeated(self.space.free(fixed)))

    def _apart(self, X: Tensor) -> Tensor:
        return X.reshape(*X.shape[:-1], self.stimuli, self.space.d)

    def _repeated(self, coordinates: list[int] | tuple[int, ...]) -> tuple[int, ...]:
        return tuple(i + j * self.space.d for j in range(self.stimuli) for i in coordinates)
