"""Acquisition functions on beliefs from data that are hard to believe in: scores stay finite."""

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.space.sobol import sobol_points

KINDS = {
    "binary": outcome.Binary(target=0.75),
    "proportion": outcome.Proportion(trials=10, guess_rate=0.5, target=0.75),
    "ordinal": outcome.Ordinal(levels=4),
    "continuous": outcome.Continuous(),
    "choice": outcome.Choice(),
}


def fitted(kind, X, y):
    entry = next(entry for entry in MODELS.values() if kind in entry.outcome_kinds)
    context = ModelContext(
        d=2,
        intensity=None,
        categorical=(False, False),
        outcome=KINDS[kind],
        reference=sobol_points(2, 64, seed=0),
    )
    model = entry.build(context, entry.options())
    data = TrainingData(X, torch.full((len(X),), y, dtype=torch.float64))
    theta = model.fit(data).hyperparameters
    return model.condition(data, theta), model.response_given(data, theta)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("case", ["one trial", "all the same", "duplicates", "constant coordinate"])
def test_scores_are_finite(kind, case):
    d = 4 if kind == "choice" else 2
    X = {
        "one trial": torch.full((1, d), 0.3, dtype=torch.float64),
        "all the same": sobol_points(d, 40, seed=1),
        "duplicates": torch.full((100, d), 0.3, dtype=torch.float64),
        "constant coordinate": sobol_points(d, 40, seed=1) * torch.tensor([1.0, 0.0] * (d // 2)),
    }[case]
    posterior, response = fitted(kind, X, 1.0)
    candidates = torch.cat([sobol_points(d, 128, seed=2), X])
    for name, entry in ACQUISITIONS.items():
        if entry.outcome_kinds and kind not in entry.outcome_kinds:
            continue
        acquisition = entry.build(AcquisitionContext(outcome=KINDS[kind]), entry.options())
        with torch.no_grad():
            score = acquisition.prepare(posterior, response, lambda points: points, np.random.default_rng(0))
            values = score(candidates)
        assert bool(values.isfinite().all()), name
