"""Structures weighed by the evidence: what is integrated, when they are weighed, what is recorded and read out."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from test_structures import build, data_of

from aepsych_grpc.bench.novel import DETECTION_2D
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.intensity_kernel import IntensityKernel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.readout import log_laplace_integral
from aepsych_grpc.core.models.structure_by_evidence import StructureByEvidence, decision
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.sobol import sobol_points

BINARY = BinaryResponse(guess_rate=0.0, lapse_rate=0.0)
MODEL = build("evidence")
K = len(MODEL.structures)


def responses(probability, n, d=2, seed=0):
    X = sobol_points(d, n, seed=seed)
    luck = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return TrainingData(X, (luck < probability(X)).double())


def first(data, n):
    return TrainingData(data.X[:n], data.y[:n])


def test_of_a_gaussian_the_integral_is_exact():
    H, centre = np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([0.3, -0.2])
    t = np.linspace(-9, 9, 601)
    grid = np.stack(np.meshgrid(t, t), -1) - centre
    heights = 1.7 - 0.5 * np.einsum("...i,ij,...j", grid, H, grid)
    integral = np.exp(heights).sum() * (t[1] - t[0]) ** 2 / (2 * np.pi)
    found = log_laplace_integral(lambda t: 1.7 - 0.5 * (t - centre) @ H @ (t - centre), centre, H)
    assert found == pytest.approx(np.log(integral), abs=1e-6)


def test_a_flat_top_is_measured_across():
    def height(t):
        return float(np.logaddexp(-8 * (t[0] - 0.3) ** 2, -8 * (t[0] + 0.3) ** 2))

    t = np.linspace(-9, 9, 6001)
    integral = np.exp([height([value]) for value in t]).sum() * (t[1] - t[0]) / np.sqrt(2 * np.pi)
    bend = 16 - 16**2 * 0.3**2  # of the valley between the modes
    assert bend < 0
    assert log_laplace_integral(height, np.zeros(1), np.array([[bend]])) == pytest.approx(np.log(integral), abs=0.4)


@pytest.mark.parametrize(("seed", "n"), [(0, 80), (1, 80), (1, 20)])
def test_the_evidence_agrees_with_integration_over_a_grid(seed, n):
    gp = GaussianProcessModel(kernel=ArdKernel((False,)), response=BINARY)
    data = responses(lambda X: torch.special.ndtr(4 * torch.sin(5 * X[:, 0])), n, d=1, seed=seed)
    prior = gp.hyperprior
    heights = np.array(
        [
            gp.condition(data, tuple(prior.centre + prior.sd * [a, b])).log_evidence - 0.5 * (a * a + b * b)
            for a in np.arange(-3, 1.5, 0.5)
            for b in np.arange(-2, 3.5, 0.5)
        ]
    )
    integral = np.log(np.exp(heights - heights.max()).sum() * 0.5**2 / (2 * np.pi)) + heights.max()
    assert gp.log_marginal(data, gp.fit(data).hyperparameters) == pytest.approx(integral, abs=0.3)


def test_numbers_that_fail_have_no_evidence():
    gp = GaussianProcessModel(kernel=ArdKernel((False,)), response=BINARY)
    broken = TrainingData(torch.full((3, 1), torch.nan, dtype=torch.float64), torch.ones(3, dtype=torch.float64))
    assert gp.log_marginal(broken, tuple(gp.hyperprior.centre)) == -np.inf


@pytest.mark.parametrize(
    ("n", "at"), [(1, 0), (19, 0), (20, 20), (39, 20), (40, 40), (79, 40), (80, 80), (200, 160), (1000, 640)]
)
def test_structures_are_weighed_whenever_the_trials_have_doubled(n, at):
    assert decision(n) == at


def test_before_the_first_decision_it_is_the_first_structure():
    data = data_of("gp_classification", 19)
    theta = MODEL.fit(data).hyperparameters
    alone = build("intensity")
    expected = alone.fit(data).hyperparameters
    assert theta[: K + 1] == (0.25,) * 4 + (0.0,)
    assert theta[K + 1 : K + 1 + len(expected)] == expected
    X = sobol_points(2, 10, seed=5)
    for one, other in zip(MODEL.readout(data, theta), alone.readout(data, expected), strict=True):
        torch.testing.assert_close(one.marginals(X), other.marginals(X), rtol=0, atol=0)


def test_between_decisions_only_the_most_probable_structure_learns():
    data = data_of("gp_classification", 30)
    decided = MODEL.fit(first(data, 20)).hyperparameters
    later = MODEL.fit(data, decided).hyperparameters
    assert decided[K] == 20
    assert sum(decided[:K]) == pytest.approx(1)
    assert later[: K + 1] == decided[: K + 1]
    ends = np.cumsum([K + 1, *(len(model.hyperprior.parameters) for model in MODEL.models)])
    changed = [later[a:b] != decided[a:b] for a, b in pairwise(ends)]
    assert changed == [p == max(decided[:K]) for p in decided[:K]]
    assert MODEL.fit(data_of("gp_classification", 40), later).hyperparameters[K] == 40


def test_the_evidence_finds_the_structure_that_is_there():
    additive = responses(
        lambda X: torch.special.ndtr(6 * (sum(torch.sin(2 * torch.pi * X[:, j]) for j in range(4)) / 2)), 120, d=4
    )
    bump = responses(lambda X: torch.special.ndtr(6 * torch.exp(-8 * (X - 0.5).square().sum(1)) - 3), 80, d=2)
    rising = responses(DETECTION_2D.probability, 80)
    for data, d, intensity, expected in (
        (additive, 4, None, {"additive"}),
        (bump, 2, 0, {"smooth", "additive"}),
        (rising, 2, 1, {"intensity", "semi_parametric"}),
    ):
        gp = build("evidence", d=d, intensity=intensity)
        gp = replace(gp, models=tuple(replace(model, response=BINARY) for model in gp.models))
        probability = dict(zip(gp.structures, gp.fit(data).hyperparameters, strict=False))
        assert sum(probability[name] for name in expected) > 0.8, probability


@pytest.mark.parametrize(
    ("probabilities", "counts"),
    [
        ((1.0, 0.0, 0.0, 0.0), (16, 0, 0, 0)),
        ((0.25, 0.25, 0.25, 0.25), (4, 4, 4, 4)),
        ((0.6, 0.3, 0.07, 0.03), (10, 4, 2, 0)),
        ((0.0, 0.52, 0.0, 0.48), (0, 8, 0, 8)),
    ],
)
def test_beliefs_are_shared_out_in_proportion(probabilities, counts):
    data = data_of("gp_classification", 25)
    theta = MODEL.fit(data).hyperparameters
    beliefs = MODEL.readout(data, (*probabilities, *theta[K:]))
    kernels = [model.kernel for model in MODEL.models]
    assert tuple(sum(belief.kernel == kernel for belief in beliefs) for kernel in kernels) == counts
    chosen = MODEL.condition(data, (*probabilities, *theta[K:]))
    assert chosen.kernel == kernels[int(np.argmax(probabilities))]


@pytest.mark.parametrize("name", ["gp_rating", "gp_regression", "gp_preference"])
def test_responses_with_parameters_of_their_own(name):
    gp = build("evidence", name)
    data = data_of(name, 45)
    fit = gp.fit(data)
    beliefs = gp.readout(data, fit.hyperparameters)
    assert len(beliefs) == 16
    kernels = {repr(getattr(belief, "kernel", None)) for belief in beliefs}
    if name == "gp_rating":  # one set of cut points could not serve several structures
        assert len(kernels) == 1
    gp.response_given(data, fit.hyperparameters)


def test_reading_out_many_trials_is_one_belief(monkeypatch):
    for module in ("gaussian_process", "structure_by_evidence"):
        monkeypatch.setattr(f"aepsych_grpc.core.models.{module}.FIT_SIZE", 24)
    data = data_of("gp_classification", 25)
    theta = MODEL.fit(data).hyperparameters
    (belief,) = MODEL.readout(data, theta)
    assert torch.equal(belief.weights, MODEL.condition(data, theta).weights)


@pytest.mark.parametrize("start", [(1.0, 2.0), (float("nan"),) * 27])
def test_a_start_of_another_model_is_noted_and_ignored(start):
    data = data_of("gp_classification", 12)
    fit = MODEL.fit(data, start)
    assert "prior's centre" in fit.note
    assert fit.hyperparameters == MODEL.fit(data).hyperparameters


def test_the_wrong_number_of_hyperparameters_is_refused():
    with pytest.raises(ValueError, match=r"1 hyperparameters for intensity.probability.*decided_at, intensity.length"):
        MODEL.condition(data_of("gp_classification", 3), (0.0,))


def test_the_same_record_gives_the_same_bits():
    data = data_of("gp_classification", 42)
    one, other = (MODEL.fit(data, MODEL.fit(first(data, 41)).hyperparameters).hyperparameters for _ in range(2))
    assert one == other
    X = sobol_points(2, 5, seed=1)
    for a, b in zip(MODEL.readout(data, one), MODEL.readout(data, other), strict=True):
        assert torch.equal(a.marginals(X)[0], b.marginals(X)[0])


def test_earlier_participants_teach_structures_and_hyperparameters():
    gp = StructureByEvidence(
        structures=("smooth", "intensity"),
        models=tuple(
            GaussianProcessModel(kernel=kernel, response=BINARY)
            for kernel in (ArdKernel((False, False)), IntensityKernel((False, False), 0))
        ),
    )
    people = [responses(lambda X: torch.special.ndtr(10 * (X[:, 0] - 0.5)), 40, seed=seed) for seed in range(3)]
    learned = gp.population_prior([[one] for one in people])
    own = gp.hyperprior
    assert learned.names == own.names
    assert (learned.sd[2:] <= own.sd[2:]).all()
    probability = dict(zip(learned.names[:2], np.exp(learned.centre[:2]), strict=True))
    assert probability["intensity.probability"] > 2 * probability["smooth.probability"]
    for s, model in enumerate(gp.models):
        names = [name for name in learned.names if name.startswith(gp.structures[s]) and "probability" not in name]
        alone = model.population_prior([[one] for one in people])
        assert [one.centre for one in learned.parameters if one.name in names] == [
            one.centre for one in alone.parameters
        ]
    taught = replace(gp, learned=learned)
    theta = taught.fit(first(people[0], 5)).hyperparameters
    assert theta[1] > theta[0]  # before the first decision it is the structure of the others
    assert taught.condition(first(people[0], 5), theta).kernel == gp.models[1].kernel
    with pytest.raises(ValueError, match="A prior of lengthscale_0"):
        replace(gp, learned=gp.models[0].hyperprior)


def test_nobody_teaches_nothing():
    own, learned = MODEL.hyperprior, MODEL.population_prior([])
    assert learned == own
    broken = TrainingData(torch.full((5, 2), torch.nan, dtype=torch.float64), torch.ones(5, dtype=torch.float64))
    np.testing.assert_allclose(MODEL.population_prior([[broken]]).centre[K:], own.centre[K:])
