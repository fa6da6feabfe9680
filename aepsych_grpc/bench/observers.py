"""Simulated observers."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def standard_normal_cdf(z: float) -> float:
    """Return Phi(z), the distribution function of the standard normal."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryObserver:
    """An observer who answers 1 with probability p = g + (1 - g - l) Phi(f(x)).

    Attributes:
        field: The latent field f, a function of the stimulus.
        guess_rate: g, the probability of a 1 without seeing anything, in [0, 1).
        lapse_rate: l, the probability of a 0 however strong the stimulus, in [0, 1).
    """

    field: Callable[[Mapping[str, Any]], float]
    guess_rate: float = 0.0
    lapse_rate: float = 0.0

    def probability(self, stimulus: Mapping[str, Any]) -> float:
        """Return the probability of a 1."""
        return self.guess_rate + (1 - self.guess_rate - self.lapse_rate) * standard_normal_cdf(self.field(stimulus))

    def respond(self, stimulus: Mapping[str, Any], rng: random.Random) -> int:
        """Draw a response, 0 or 1."""
        return int(rng.random() < self.probability(stimulus))
