"""A stimulus as a point of the unit cube and back."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from aepsych_grpc.config.constraint import TOLERANCE, LinearConstraint
from aepsych_grpc.config.parameter import Fixed, Parameter, Value
from aepsych_grpc.core.space.axis import Axis, axis_of


class Space:
    """The unit cube of an experiment's parameters: one coordinate for each that is not fixed, in the config's order.

    Attributes:
        parameters: The parameters, in the config's order.
        names: Names of the parameters that have a coordinate, in the order of the coordinates.
        axes: How each coordinate stands for values.
        d: Number of coordinates.
        constraints: What the parameters of a stimulus fulfil together.
        unordered: Coordinates that stand for names without order, where only equal or different counts.
    """

    def __init__(self, parameters: Sequence[Parameter], constraints: Sequence[LinearConstraint] = ()) -> None:
        self.parameters = tuple(parameters)
        self.constraints = tuple(constraints)
        varying = [item for item in self.parameters if not isinstance(item.kind, Fixed)]
        self.names = tuple(item.name for item in varying)
        self.axes: tuple[Axis, ...] = tuple(axis_of(item.kind) for item in varying)
        self.d = len(varying)
        self.unordered = tuple(i for i, axis in enumerate(self.axes) if axis.unordered)
        self._stepped = tuple(i for i, axis in enumerate(self.axes) if axis.levels is not None)

    def index(self, name: str) -> int:
        """Return the coordinate of a parameter.

        Raises:
            KeyError: When no parameter of this name has a coordinate.
        """
        if name not in self.names:
            raise KeyError(name)
        return self.names.index(name)

    def axis(self, name: str) -> Axis:
        """Return how a parameter lies in the cube; raises KeyError as `index` does."""
        return self.axes[self.index(name)]

    def encode(self, stimuli: Sequence[Mapping[str, Value]]) -> Tensor:
        """Return the points of stimuli, `n x d`, float64. Each stimulus has a value for every coordinate.

        Numbers out of bounds lie outside the cube where the parameter is continuous and on its edge elsewhere.
        """
        rows = [
            [axis.encode(stimulus[name]) for name, axis in zip(self.names, self.axes, strict=True)]
            for stimulus in stimuli
        ]
        return torch.tensor(rows, dtype=torch.float64).reshape(len(rows), self.d)

    def decode(self, X: Tensor) -> list[dict[str, Value]]:
        """Return the stimuli at points, `n x d`: within bounds, in the config's order, fixed values included.

        Integer parameters have int values, binary ones bool, categorical ones str and the others float.
        """
        return [self._decode_one(row) for row in X.tolist()]

    def _decode_one(self, row: Sequence[float]) -> dict[str, Value]:
        coordinates = iter(zip(row, self.axes, strict=True))
        stimulus: dict[str, Value] = {}
        for item in self.parameters:
            if isinstance(item.kind, Fixed):
                stimulus[item.name] = item.kind.value
            else:
                u, axis = next(coordinates)
                stimulus[item.name] = axis.decode(u)
        return stimulus

    def snap(self, X: Tensor) -> Tensor:
        """Move points, `... x d`, to those that stand for a stimulus. Doing so twice changes nothing more."""
        snapped = X.clamp(0, 1)
        for i in self._stepped:
            snapped[..., i] = self.axes[i].snap(snapped[..., i])
        return snapped

    def hold(self, X: Tensor, fixed: Mapping[str, Value]) -> Tensor:
        """Return points, `... x d`, with the coordinates of some parameters set to given values.

        Names without a coordinate (parameters that the config fixes) are passed over.
        """
        held = X.clone()
        for i, (name, axis) in enumerate(zip(self.names, self.axes, strict=True)):
            if name in fixed:
                held[..., i] = axis.encode(fixed[name])
        return held

    def keeps(self, X: Tensor) -> Tensor:
        """Return whether points that stand for stimuli, `... x d`, keep to the constraints, `...`."""
        kept = torch.ones(X.shape[:-1], dtype=torch.bool)
        for constraint in self.constraints:
            terms = [
                a * self.axis(name).number(X[..., self.index(name)]) for name, a in constraint.coefficients.items()
            ]
            size = torch.stack([term.abs() for term in terms]).sum(0)
            slack = TOLERANCE * (size + abs(constraint.upper_bound))
            kept &= torch.stack(terms).sum(0) <= constraint.upper_bound + slack
        return kept

    def free(self, fixed: Mapping[str, Value]) -> list[int]:
        """List the coordinates that given values leave open."""
        return [i for i, name in enumerate(self.names) if name not in fixed]
