"""Random participants: a threshold that varies smoothly with the other parameters, and a slope.

In coordinates of the unit cube (the parameter's range, logarithmic where the parameter is):

    t(c) = 0.1 + 0.8 Phi(z(c)),    z(c) = z_0 + 0.4 s(c)          the threshold, between 10 and 90 % of the range
    p = g + (1 - g - l) Phi(gamma + 2.563 (i - t(c)) / width)

z_0 is uniform between -0.6 and 0.6. s is a draw from a Gaussian process with unit variance and length scales of half
the range times the square root of the number of such parameters (random Fourier features, Rahimi and Recht 2007); each
category of an unordered parameter has an independent offset instead. gamma is the target's latent value, so that t is
the threshold as the study defines it. `width` is the part of the range in which the response rises from 10 to 90 % of
its way; it is log-uniform between two bounds.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.config.outcome import Proportion, Psychometric
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.space import Space

RISE = 2 * 1.2815515655446004
"""Phi^-1(0.9) - Phi^-1(0.1)."""
FEATURES = 64
VARIATION = 0.4
"""Standard deviation of z over contexts: a threshold that varies by about a tenth of the range."""
CENTRE = 0.6
DEFAULT_WIDTHS = (0.1, 0.4)
"""From the steep functions of contrast detection on a log scale of 2.7 decades to shallow ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A random participant of a study.

    Attributes:
        space: The study's parameters as coordinates.
        index: The intensity's coordinate.
        outcome: Presentations in a trial, guess rate, lapse rate and target.
        width: In which part of the intensity's range the response rises from 10 to 90 % of its way.
        centre: z_0.
        frequencies: Of the Fourier features, `features x d`; 0 for the intensity and unordered parameters.
        phases: Of the Fourier features, `features`.
        offsets: For each unordered parameter its coordinate and each category's offset.
    """

    space: Space
    index: int
    outcome: Psychometric
    width: float
    centre: float
    frequencies: Tensor
    phases: Tensor
    offsets: tuple[tuple[int, Tensor], ...]

    def threshold(self, X: Tensor) -> Tensor:
        """Return the coordinate of the threshold at the contexts of points `n x d`; `n`."""
        z = math.sqrt(2 / FEATURES) * torch.cos(X @ self.frequencies.T + self.phases).sum(-1)
        for j, offsets in self.offsets:
            z = z + offsets[(X[:, j] * len(offsets)).long().clamp(0, len(offsets) - 1)]
        axis = self.space.axes[self.index]
        share: Tensor = 0.1 + 0.8 * torch.special.ndtr(self.centre + VARIATION * z)
        return axis.first + (axis.last - axis.first) * share

    def probability(self, X: Tensor) -> Tensor:
        """Return p(1) at points of the unit cube, `n x d`; `n`."""
        response = BinaryResponse(guess_rate=self.outcome.guess_rate, lapse_rate=self.outcome.lapse_rate)
        gamma = response.latent(self.outcome.target)
        return response.mean(gamma + RISE * (X[:, self.index] - self.threshold(X)) / self.width)

    def respond(self, X: Tensor, rng: np.random.Generator) -> float:
        """Draw the response to a point, `1 x d`: 0 or 1, or of a proportion the count."""
        p = self.probability(X).item()
        if isinstance(self.outcome, Proportion):
            return float(rng.binomial(self.outcome.trials, p))
        return float(rng.random() < p)


def random_participant(
    space: Space, intensity: str, outcome: Psychometric, *, widths: tuple[float, float], rng: np.random.Generator
) -> Participant:
    """Draw a participant; `widths` are the bounds of the width, in parts of the intensity's range."""
    index = space.index(intensity)
    smooth = [j for j in range(space.d) if j != index and j not in space.unordered]
    frequencies = torch.zeros(FEATURES, space.d, dtype=torch.float64)
    lengthscale = 0.5 * math.sqrt(max(len(smooth), 1))
    frequencies[:, smooth] = torch.from_numpy(rng.standard_normal((FEATURES, len(smooth))) / lengthscale)
    offsets = [
        (j, torch.from_numpy(rng.standard_normal(space.axes[j].levels or 1))) for j in space.unordered if j != index
    ]
    return Participant(
        space=space,
        index=index,
        outcome=outcome,
        width=float(np.exp(rng.uniform(*np.log(widths)))),
        centre=float(rng.uniform(-CENTRE, CENTRE)),
        frequencies=frequencies,
        phases=torch.from_numpy(rng.uniform(0, 2 * np.pi, FEATURES)),
        offsets=tuple(offsets),
    )
