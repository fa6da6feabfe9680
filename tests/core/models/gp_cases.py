"""Small experiments with known truth, for the tests of models."""

import numpy as np
import torch
from scipy.special import ndtr

from aepsych_grpc.config import outcome
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.core.models.classification import ClassificationOptions, build_classification
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.space import Space


def space(d):
    """Parameters x0, x1, ... from 0 to 1."""
    return Space([Parameter(name=f"x{j}", kind=Continuous(lower_bound=0, upper_bound=1)) for j in range(d)])


def model(d, *, intensity=None, categorical=None, guess=0.0, lapse=0.0, trials=0, **options):
    rates = {"guess_rate": guess, "lapse_rate": lapse}
    context = ModelContext(
        d=d,
        intensity=intensity,
        categorical=categorical or (False,) * d,
        outcome=outcome.Proportion(trials=trials, **rates) if trials else outcome.Binary(**rates),
        reference=torch.empty(0, d, dtype=torch.float64),
        space=space(d),
    )
    return build_classification(context, ClassificationOptions(**options))


def observer(n, d, *, guess=0.0, seed=0, trials=1):
    """Responses that rise along the first coordinate, with a threshold that varies along the last."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, d))
    p = guess + (1 - guess) * ndtr(7 * (X[:, 0] - 0.5) + np.sin(3 * X[:, -1]) - 0.7)
    return TrainingData(torch.from_numpy(X), torch.from_numpy((rng.random((trials, n)) < p).sum(0).astype(float)))


def centre(gp):
    """Log hyperparameters at the prior's centre."""
    return tuple(gp.kernel.hyperprior.centre.tolist())
