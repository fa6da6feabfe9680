"""Every structure with every outcome: built, learned from, read out, refused where something is missing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.structure import check_structure
from aepsych_grpc.core.models.structure_kernels import NEED_INTENSITY, STRUCTURES, candidates, kernel_of
from aepsych_grpc.core.space.sobol import sobol_points

OUTCOMES = {
    "gp_classification": outcome.Binary(guess_rate=0.5),
    "gp_rating": outcome.Ordinal(levels=4),
    "gp_regression": outcome.Continuous(),
    "gp_preference": outcome.Choice(),
}
ALL = (*STRUCTURES, "evidence")


def context(d=2, *, intensity=0, levels=None, name="gp_classification"):
    levels = levels or (None,) * d
    return ModelContext(
        d=d,
        intensity=intensity,
        categorical=tuple(count is not None for count in levels),
        levels=levels,
        outcome=OUTCOMES[name],
        reference=sobol_points(d, 16, seed=0),
    )


def build(structure, name="gp_classification", **experiment):
    entry = MODELS[name]
    return entry.build(context(name=name, **experiment), entry.options(structure=structure))


def data_of(name, n, d=2, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.random((n, 2 * d if name == "gp_preference" else d))
    f = 6 * (X[:, 0] - 0.5) + np.sin(4 * X[:, -1]) + rng.standard_normal(n)
    y = {"gp_rating": np.digitize(f, [-2, 0, 2]), "gp_regression": f}.get(name, f > 0)
    return TrainingData(torch.from_numpy(X), torch.from_numpy(np.asarray(y, dtype=float)))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("structure", ALL)
def test_every_structure_learns_every_outcome(structure, name):
    gp, data = build(structure, name), data_of(name, 24)
    fit = gp.fit(data)
    assert fit.note == ""
    assert gp.condition(data, fit.hyperparameters).converged
    X = sobol_points(2, 8, seed=3)
    response = gp.response_given(data, fit.hyperparameters)
    beliefs = gp.readout(data, fit.hyperparameters)
    assert len(beliefs) == 16
    for belief in beliefs:
        assert torch.isfinite(response.expected_mean(*belief.marginals(X))).all()


ONE = torch.full((100, 2), 0.25, dtype=torch.float64)
AWKWARD = {
    "one trial": TrainingData(ONE[:1], torch.ones(1, dtype=torch.float64)),
    "all yes": TrainingData(sobol_points(2, 30, seed=1), torch.ones(30, dtype=torch.float64)),
    "one point a hundred times": TrainingData(ONE, (torch.arange(100) % 3 == 0).double()),
    "a constant coordinate": TrainingData(
        torch.stack([torch.linspace(0, 1, 40), torch.zeros(40)], 1).double(), (torch.arange(40) > 15).double()
    ),
    "falling with intensity": TrainingData(
        torch.stack([torch.linspace(0, 1, 40), torch.linspace(0, 1, 40)], 1).double(), (torch.arange(40) < 15).double()
    ),
    "far out of bounds": TrainingData(2 * sobol_points(2, 40, seed=1) - 0.5, (torch.arange(40) > 15).double()),
}


@pytest.mark.parametrize("case", AWKWARD)
@pytest.mark.parametrize("structure", ALL)
def test_awkward_data_yield_a_usable_belief(structure, case):
    gp, data = build(structure), AWKWARD[case]
    fit = gp.fit(data)
    assert fit.note == ""
    mean, variance = gp.condition(data, fit.hyperparameters).marginals(data.X)
    assert torch.isfinite(mean).all()
    assert (variance > 0).all()


@pytest.mark.parametrize("structure", ALL)
def test_data_that_are_not_numbers_are_noted(structure):
    gp = build(structure)
    fit = gp.fit(TrainingData(torch.full((25, 2), torch.nan, dtype=torch.float64), torch.ones(25, dtype=torch.float64)))
    assert fit.note
    assert np.isfinite(fit.hyperparameters).all()


@pytest.mark.parametrize("structure", ALL)
def test_an_intensity_alone_has_every_structure(structure):
    gp, data = build(structure, d=1), data_of("gp_classification", 40, 1)
    fit = gp.fit(data)
    assert fit.note == ""
    p = gp.response.expected_mean(
        *gp.condition(data, fit.hyperparameters).marginals(torch.tensor([[0.0], [1.0]]).double())
    )
    assert p[0] < 0.7 < 0.85 < p[1]


@pytest.mark.parametrize("structure", ALL)
def test_categories_have_no_order(structure):
    X = torch.rand(60, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    category = torch.floor(3 * X[:, 1])
    X[:, 1] = (category + 0.5) / 3
    y = (X[:, 0] > torch.tensor([0.3, 0.7, 0.5])[category.long()]).double()
    moved = torch.stack([X[:, 0], ((category + 1) % 3 + 0.5) / 3], 1)
    gp = build(structure, levels=(None, 3))
    theta = gp.fit(TrainingData(X, y)).hyperparameters
    one, other = (gp.condition(TrainingData(points, y), theta).marginals(points)[0] for points in (X, moved))
    torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-6)


def test_an_additive_field_needs_to_know_how_many_categories_there_are():
    with pytest.raises(ValueError, match="number of levels"):
        kernel_of(replace(context(levels=(3, None)), levels=()), "additive")


@pytest.mark.parametrize("structure", NEED_INTENSITY)
def test_a_structure_that_lacks_its_intensity_is_refused(structure):
    with pytest.raises(ValueError, match="needs an intensity"):
        kernel_of(context(intensity=None), structure)
    options = MODELS["gp_classification"].options(structure=structure)
    (violation,) = check_structure(options, trials(""))
    assert violation.path == "options.structure"
    assert f'"{structure}"' in violation.message
    assert "intensity_parameter" in violation.message
    assert not check_structure(options, trials("x"))


def trials(intensity):
    return Trials(
        parameters=(Parameter(name="x", kind=Continuous(lower_bound=0, upper_bound=1)),),
        outcomes=(Outcome(name="seen", kind=outcome.Binary()),),
        intensity_parameter=intensity,
        stimuli=1,
        outcome_kinds=("binary",),
    )


@pytest.mark.parametrize(
    ("d", "intensity", "names"),
    [
        (1, None, ("smooth",)),
        (1, 0, ("intensity", "semi_parametric", "smooth")),
        (2, None, ("smooth", "additive")),
        (2, 0, ("intensity", "semi_parametric", "smooth", "additive")),
    ],
)
def test_responses_decide_among_the_structures_that_apply(d, intensity, names):
    assert candidates(context(d, intensity=intensity)) == names


def test_effects_tell_which_parameter_matters():
    X = sobol_points(3, 80, seed=4)
    noise = torch.randn(80, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    effects = 2 * torch.sin(2 * torch.pi * X[:, 0]), 3 * (X[:, 2] - 0.5)
    y = 300 + sum(effects) + 0.3 * noise
    gp = build("additive", "gp_regression", d=3, intensity=None)
    fit = gp.fit(TrainingData(X, y))
    value = dict(zip(gp.hyperprior.names, np.exp(fit.hyperparameters), strict=True))
    for name, effect in zip(("effect_0", "effect_2"), effects, strict=True):
        assert 0.3 < value[name] * y.var() / effect.var() < 3
    assert value["effect_1"] < 0.3 * min(value["effect_0"], value["effect_2"])
