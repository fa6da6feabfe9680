"""Drift: how the latent field shifts over the trials of a session. Functions of the trial's position, from 0."""

import math
import random
from collections.abc import Callable
from itertools import accumulate

Drift = Callable[[int], float]


def no_drift(trial: int) -> float:  # noqa: ARG001  # it is a Drift
    """Return 0: a stable participant."""
    return 0.0


def practice(gain: float, trials: float) -> Drift:
    """Return gain (1 - exp(-t / trials)): learning (or with a negative gain fatigue) that levels off."""
    return lambda trial: gain * -math.expm1(-trial / trials)


def random_walk(sd: float, rng: random.Random, length: int) -> Drift:
    """Return a Gaussian random walk from 0 with steps of standard deviation `sd`; it stops after `length` trials."""
    path = list(accumulate((rng.gauss(0, sd) for _ in range(length)), initial=0.0))
    return lambda trial: path[min(trial, length)]
