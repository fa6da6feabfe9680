"""The threshold surface: the stimuli whose intensity is where the model expects the threshold."""

from collections.abc import Mapping

import torch
from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.space.search import Searchable

HALVINGS = 8
"""The threshold is found to within 1/256 of the intensity's range."""


class ThresholdSurface:
    """A space of stimuli, less the freedom to choose the intensity.

    Attributes:
        space: The space of all stimuli.
        intensity: The coordinate that is the intensity.
        posterior: The belief whose mean is followed.
        gamma: The latent value at threshold.
    """

    def __init__(self, space: Searchable, intensity: int, posterior: Posterior, gamma: float) -> None:
        self.space = space
        self.intensity = intensity
        self.posterior = posterior
        self.gamma = gamma
        self.d = space.d
        self.unordered = space.unordered
        self.constraints = space.constraints

    def snap(self, X: Tensor) -> Tensor:
        """Move points to the surface, and there to stimuli that there are.

        The crossing is halved in on, as if the mean rose along the intensity; where it stays below gamma the highest
        intensity stands in, where it stays above the lowest.
        """
        X = self.space.snap(X)
        low, high = torch.zeros(len(X), dtype=X.dtype), torch.ones(len(X), dtype=X.dtype)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            X[:, self.intensity] = middle
            below = self.posterior.marginals(X)[0] < self.gamma
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        X[:, self.intensity] = torch.where(high >= 1, 1.0, torch.where(low <= 0, 0.0, (low + high) / 2))
        return self.space.snap(X)

    def keeps(self, X: Tensor) -> Tensor:
        """Return whether stimuli keep to the constraints."""
        return self.space.keeps(X)

    def hold(self, X: Tensor, fixed: Mapping[str, Value]) -> Tensor:
        """Return points with the coordinates of some parameters set to given values."""
        return self.space.hold(X, fixed)

    def free(self, fixed: Mapping[str, Value]) -> list[int]:
        """List the coordinates that given values leave open, and the threshold does."""
        return [i for i in self.space.free(fixed) if i != self.intensity]
