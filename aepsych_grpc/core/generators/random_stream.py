"""The randomness of a strategy: each of its trials has a stream of its own, a function of seed and trial."""

import numpy as np


def random_stream(seed: int, index: int) -> np.random.Generator:
    """Return the stream of the trial `index` of a strategy (Philox, Salmon et al. 2011); both are at least 0."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, index))))
