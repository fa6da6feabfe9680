"""The catalogue's entry and the kernel that its options choose."""

import gp_cases
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import read_options
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel

OUTCOMES = {
    "binary": outcome.Binary(),
    "proportion": outcome.Proportion(trials=5),
    "ordinal": outcome.Ordinal(levels=5),
    "continuous": outcome.Continuous(),
    "choice": outcome.Choice(),
}


@pytest.mark.parametrize(
    ("structure", "intensity", "kernel"),
    [
        ("auto", None, ArdKernel),
        ("auto", 1, IntensityKernel),
        ("smooth", 1, ArdKernel),
        ("intensity", 0, IntensityKernel),
    ],
)
def test_structure_chooses_the_kernel(structure, intensity, kernel):
    assert isinstance(gp_cases.model(2, intensity=intensity, structure=structure).kernel, kernel)


def test_structure_without_an_intensity_is_refused():
    with pytest.raises(ValueError, match="needs an intensity"):
        gp_cases.model(2, structure="intensity")


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in MODELS for kind in MODELS[name].outcome_kinds])
def test_entries_build_from_their_declared_defaults(name, kind):
    entry = MODELS[name]
    options, violations = read_options(entry.options, {}, "options")
    assert entry.name == name
    assert not violations
    context = gp_cases.ModelContext(
        d=2,
        intensity=None,
        categorical=(False, True),
        outcome=OUTCOMES[kind],
        reference=torch.rand(9, 2, dtype=torch.float64),
    )
    model = entry.build(context, options)
    data = gp_cases.observer(5, 4 if kind == "choice" else 2)
    hyperparameters = model.fit(data).hyperparameters
    assert len(hyperparameters) == 3 + {"ordinal": 3, "continuous": 1}.get(kind, 0)
    X = torch.rand(3, 2, dtype=torch.float64)
    assert all(belief.d == 2 and belief.joint(X)[1].shape == (3, 3) for belief in model.readout(data, hyperparameters))
