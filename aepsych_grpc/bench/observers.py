"""Simulated observers of each kind of outcome: a latent field f(x), which may drift over trials, makes responses."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.bench.drift import Drift, no_drift

Stimulus = Mapping[str, Any]
Field = Callable[[Stimulus], float]


def standard_normal_cdf(z: float) -> float:
    """Return Phi(z), the distribution function of the standard normal."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryObserver:
    """An observer who answers 1 with probability p = g + (1 - g - l) Phi(f(x) + drift(t)).

    Attributes:
        field: The latent field f, a function of the stimulus.
        guess_rate: g, the probability of a 1 without seeing anything, in [0, 1).
        lapse_rate: l, the probability of a 0 however strong the stimulus, in [0, 1).
        drift: What is added to the field at trial t.
    """

    field: Field
    guess_rate: float = 0.0
    lapse_rate: float = 0.0
    drift: Drift = no_drift

    def probability(self, stimulus: Stimulus, trial: int = 0) -> float:
        """Return the probability of a 1."""
        f = self.field(stimulus) + self.drift(trial)
        return self.guess_rate + (1 - self.guess_rate - self.lapse_rate) * standard_normal_cdf(f)

    def respond(self, stimulus: Stimulus, rng: random.Random, trial: int = 0) -> int:
        """Draw a response, 0 or 1."""
        return int(rng.random() < self.probability(stimulus, trial))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionObserver:
    """An observer who answers several presentations of the same stimulus, each like a `BinaryObserver`.

    Attributes:
        each: How a single presentation is answered; its drift is that of the block.
        trials: How many presentations a block has.
    """

    each: BinaryObserver
    trials: int

    def respond(self, stimulus: Stimulus, rng: random.Random, trial: int = 0) -> int:
        """Draw how many presentations of a block are answered with 1, 0 to `trials`."""
        return sum(self.each.respond(stimulus, rng, trial) for _ in range(self.trials))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalObserver:
    """An observer who rates: p(y <= k) = Phi(cut_k - f(x) - drift(t)) (cumulative probit; McCullagh 1980).

    Attributes:
        field: The latent field f.
        cuts: The rising borders between the ratings 0 to `len(cuts)`.
        lapse_rate: Probability of a rating at random, all equally likely.
        drift: What is added to the field at trial t.
    """

    field: Field
    cuts: Sequence[float]
    lapse_rate: float = 0.0
    drift: Drift = no_drift

    def probabilities(self, stimulus: Stimulus, trial: int = 0) -> list[float]:
        """Return the probability of each rating."""
        f = self.field(stimulus) + self.drift(trial)
        below = [0.0, *(standard_normal_cdf(cut - f) for cut in self.cuts), 1.0]
        levels = len(self.cuts) + 1
        return [self.lapse_rate / levels + (1 - self.lapse_rate) * (below[k + 1] - below[k]) for k in range(levels)]

    def respond(self, stimulus: Stimulus, rng: random.Random, trial: int = 0) -> int:
        """Draw a rating, 0 to `len(cuts)`."""
        weights = self.probabilities(stimulus, trial)
        return rng.choices(range(len(weights)), weights)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinuousObserver:
    """An observer who answers f(x) + drift(t) + noise, and now and then anything.

    Attributes:
        field: The latent field f.
        noise: Standard deviation of the Gaussian noise.
        lapse_rate: Probability of an answer that has nothing to do with the stimulus.
        lapse_range: The interval from which such answers come, all equally likely.
        drift: What is added to the field at trial t.
    """

    field: Field
    noise: float
    lapse_rate: float = 0.0
    lapse_range: tuple[float, float] = (-3.0, 3.0)
    drift: Drift = no_drift

    def respond(self, stimulus: Stimulus, rng: random.Random, trial: int = 0) -> float:
        """Draw an answer."""
        if rng.random() < self.lapse_rate:
            return rng.uniform(*self.lapse_range)
        return rng.gauss(self.field(stimulus) + self.drift(trial), self.noise)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceObserver:
    """An observer who chooses the stimulus with the highest noisy value, Thurstone's case V (Thurstone 1927).

    For two stimuli the probability of the second is Phi(f(x_1) - f(x_0)): each value has noise of variance 1/2.
    `drift` is added to the last stimulus: a bias for the last interval that changes over the session.

    Attributes:
        field: The latent field f.
        lapse_rate: Probability of a choice at random.
        drift: The bias for the last stimulus at trial t.
    """

    field: Field
    lapse_rate: float = 0.0
    drift: Drift = no_drift

    def respond(self, stimuli: Sequence[Stimulus], rng: random.Random, trial: int = 0) -> int:
        """Draw a choice: the position of a stimulus, from 0."""
        if rng.random() < self.lapse_rate:
            return rng.randrange(len(stimuli))
        values = [self.field(stimulus) + rng.gauss(0, math.sqrt(0.5)) for stimulus in stimuli]
        values[-1] += self.drift(trial)
        return max(range(len(values)), key=values.__getitem__)
