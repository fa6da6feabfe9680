"""The catalogue's entry and the kernel that its options choose."""

import gp_cases
import pytest

from aepsych_grpc.config.options import read_options
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel


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


@pytest.mark.parametrize("name", MODELS)
def test_entries_build_from_their_declared_defaults(name):
    entry = MODELS[name]
    options, violations = read_options(entry.options, {}, "options")
    assert entry.name == name
    assert not violations
    context = gp_cases.ModelContext(
        d=2, intensity=None, categorical=(False, True), response=gp_cases.BinaryResponse(), outcome_kind="binary"
    )
    model = entry.build(context, options)
    data = gp_cases.observer(5, 2)
    assert len(model.fit(data).hyperparameters) == 3
