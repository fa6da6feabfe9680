"""The model as the session uses it: learning, conditioning, reading out, and never failing."""

import gp_cases
import numpy as np
import pytest
import torch

from aepsych_grpc.core.models.hyperparameters import Objective
from aepsych_grpc.core.models.hyperprior import BOX
from aepsych_grpc.core.models.model import TrainingData

UNIT = torch.float64


def tensor(values):
    return torch.as_tensor(values, dtype=UNIT)


def awkward():
    rng = np.random.default_rng(0)
    line = np.linspace(0, 1, 40)[:, None]
    yield "one trial", tensor([[0.3, 0.7]]), tensor([1.0])
    yield "all yes", tensor(rng.random((30, 2))), torch.ones(30, dtype=UNIT)
    yield "one point a hundred times", tensor(np.full((100, 2), 0.5)), tensor(rng.integers(0, 2, 100))
    yield "a constant coordinate", tensor(np.hstack([line, 0 * line])), tensor(line[:, 0] > 0.4)
    yield "twelve dimensions", tensor(rng.random((50, 12))), tensor(rng.integers(0, 2, 50))
    yield (
        "a step with outliers",
        tensor(np.hstack([line, line])),
        tensor((line[:, 0] > 0.5) ^ (np.arange(40) % 13 == 0)),
    )
    yield "falling with intensity", tensor(np.hstack([line, line])), tensor(line[:, 0] < 0.5)
    yield "far out of bounds", tensor(np.hstack([1e3 * line, line])), tensor(line[:, 0] > 0.5)


AWKWARD = {name: TrainingData(X, y) for name, X, y in awkward()}


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("intensity", [None, 0])
@pytest.mark.parametrize(("guess", "link"), [(0.0, "probit"), (0.5, "probit"), (0.0, "logit"), (0.0, "gumbel")])
def test_awkward_data_yield_a_usable_belief(name, intensity, guess, link):
    data = AWKWARD[name]
    gp = gp_cases.model(data.X.shape[1], intensity=intensity, guess=guess, link=link)
    fit = gp.fit(data)
    hyperprior = gp.kernel.hyperprior
    assert fit.note == ""
    assert (np.abs((np.array(fit.hyperparameters) - hyperprior.centre) / hyperprior.sd) <= BOX + 1e-9).all()
    mean, variance = gp.condition(data, fit.hyperparameters).marginals(data.X)
    assert torch.isfinite(mean).all()
    assert (variance > 0).all()


def test_learning_climbs_and_goes_on_from_a_start():
    gp, data = gp_cases.model(2, intensity=0), gp_cases.observer(60, 2)
    hyperprior = gp.kernel.hyperprior

    def height(log_parameters):
        objective = Objective(hyperprior, gp.kernel.on(data.X.numpy()), gp.likelihood(data.y), tolerance=1e-8)
        value, gradient = objective((np.array(log_parameters) - hyperprior.centre) / hyperprior.sd)
        return value, np.abs(gradient).max()

    cold = gp.fit(data)
    warm = gp.fit(data, cold.hyperparameters)
    assert height(cold.hyperparameters)[0] > height(gp_cases.centre(gp))[0] + 0.2
    assert height(cold.hyperparameters)[1] < 0.1
    assert height(warm.hyperparameters)[0] >= height(cold.hyperparameters)[0] - 0.01


@pytest.mark.parametrize("start", [(1.0, 2.0), (float("nan"),) * 7])
def test_a_start_of_another_model_is_noted_and_ignored(start):
    gp, data = gp_cases.model(2, intensity=0), gp_cases.observer(15, 2)
    fit = gp.fit(data, start)
    assert "prior's centre" in fit.note
    assert np.isfinite(fit.hyperparameters).all()


def test_data_that_are_not_numbers_yield_the_start_with_a_note():
    gp = gp_cases.model(2)
    data = TrainingData(tensor([[np.nan, 0.5]]), tensor([1.0]))
    fit = gp.fit(data)
    assert fit.hyperparameters == pytest.approx(gp_cases.centre(gp))
    assert "finite" in fit.note or "definite" in fit.note


@pytest.mark.parametrize("guess", [0.0, 0.5])
def test_the_same_arguments_give_the_same_bits_wherever_they_lie_in_memory(guess):
    gp, data = gp_cases.model(3, intensity=1, guess=guess), gp_cases.observer(45, 3, guess=guess)
    X = gp_cases.observer(70, 3, seed=9).X

    def results(shift):
        def moved(values):
            room = torch.empty(values.numel() + 8, dtype=UNIT)[shift : shift + values.numel()].view(values.shape)
            return room.copy_(values)

        copy = TrainingData(moved(data.X), moved(data.y))
        fit = gp.fit(copy)
        first = gp.condition(TrainingData(copy.X[:44], copy.y[:44]), fit.hyperparameters)
        beliefs = [gp.condition(copy, fit.hyperparameters), gp.condition(copy, fit.hyperparameters, first)]
        beliefs += gp.readout(copy, fit.hyperparameters)[:2]
        return [tensor(fit.hyperparameters), *(part for belief in beliefs for part in belief.marginals(moved(X)))]

    reference = results(0)
    for shift in (1, 3, 6):
        assert all(torch.equal(a, b) for a, b in zip(reference, results(shift), strict=True))


def test_a_warm_belief_agrees_with_a_cold_one():
    gp, data = gp_cases.model(2, intensity=0, guess=0.5), gp_cases.observer(50, 2, guess=0.5)
    theta = gp_cases.centre(gp)
    before = gp.condition(TrainingData(data.X[:49], data.y[:49]), theta)
    cold, warm = gp.condition(data, theta), gp.condition(data, theta, before)
    for one, other in zip(cold.marginals(data.X), warm.marginals(data.X), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=2e-3)


def test_a_belief_from_elsewhere_does_not_warm():
    gp, data = gp_cases.model(2), gp_cases.observer(30, 2)
    theta = gp_cases.centre(gp)
    cold = gp.condition(data, theta)
    flipped = TrainingData(data.X, 1 - data.y)
    longer, other = gp_cases.observer(31, 2, seed=3), gp_cases.model(2, intensity=0)
    for warm in (
        gp.condition(flipped, theta),
        gp.condition(longer, theta),
        other.condition(data, gp_cases.centre(other)),
    ):
        assert torch.equal(gp.condition(data, theta, warm).weights, cold.weights)


def test_a_belief_by_other_hyperparameters_warms():
    gp, data = gp_cases.model(2), gp_cases.observer(30, 2)
    theta = gp_cases.centre(gp)
    before = gp.condition(data, tuple(value + 0.3 for value in theta))
    cold, warm = gp.condition(data, theta), gp.condition(data, theta, before)
    np.testing.assert_allclose(warm.weights.numpy(), cold.weights.numpy(), atol=1e-3)
    rough = gp.condition(data, theta, before, tolerance=0.1)
    np.testing.assert_allclose(rough.marginals(data.X)[0].numpy(), cold.marginals(data.X)[0].numpy(), atol=0.1)
    assert not np.allclose(rough.weights.numpy(), warm.weights.numpy(), atol=1e-6)


def test_alternatives_surround_the_optimum_and_are_others_after_every_trial():
    gp, data = gp_cases.model(5, intensity=0), gp_cases.observer(40, 5)
    theta = gp.fit(data).hyperparameters

    def alternatives(n):
        some = TrainingData(data.X[:n], data.y[:n])
        return np.array(gp.alternatives(theta, gp.condition(some, theta)))

    found = alternatives(40)
    assert found.shape == (4, len(theta))
    np.testing.assert_allclose(found.mean(0), theta, atol=1e-9)
    np.testing.assert_array_equal(found, alternatives(40))
    spread, first = np.abs(found - theta), np.abs(alternatives(39) - theta)
    assert (spread > 0.01).all()
    assert not np.isclose(spread, first).any()


def test_there_are_no_alternatives_for_few_coordinates_or_many_trials(monkeypatch):
    for d, most in ((3, 400), (5, 30)):
        monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.FIT_SIZE", most)
        gp, data = gp_cases.model(d), gp_cases.observer(31, d)
        theta = gp_cases.centre(gp)
        assert gp.alternatives(theta, gp.condition(data, theta)) == ()


def test_the_wrong_number_of_hyperparameters_is_refused():
    gp, data = gp_cases.model(2), gp_cases.observer(5, 2)
    with pytest.raises(ValueError, match="lengthscale_0, lengthscale_1, variance"):
        gp.condition(data, (0.0,))


def test_reading_out_averages_sixteen_beliefs_around_the_optimum():
    gp, data = gp_cases.model(2, intensity=0), gp_cases.observer(40, 2)
    theta = gp.fit(data).hyperparameters
    beliefs, again = gp.readout(data, theta), gp.readout(data, theta)
    assert len(beliefs) == 16
    assert all(torch.equal(a.weights, b.weights) for a, b in zip(beliefs, again, strict=True))
    draws = np.array([belief.theta for belief in beliefs])
    np.testing.assert_allclose(draws.mean(0), theta, atol=0.2)
    assert (draws.std(0) > 0.02).all()


def test_reading_out_many_trials_is_one_belief(monkeypatch):
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.FIT_SIZE", 30)
    gp, data = gp_cases.model(2), gp_cases.observer(31, 2)
    theta = gp_cases.centre(gp)
    (belief,) = gp.readout(data, theta)
    assert torch.equal(belief.weights, gp.condition(data, theta).weights)


def test_learning_from_many_trials_uses_some_and_still_finds_the_field(monkeypatch):
    monkeypatch.setattr("aepsych_grpc.core.models.gaussian_process.FIT_SIZE", 80)
    gp, data = gp_cases.model(2), gp_cases.observer(160, 2)
    fit = gp.fit(data)
    part = TrainingData(data.X[::2], data.y[::2])
    assert np.abs(np.array(fit.hyperparameters) - np.array(gp.fit(part).hyperparameters)).max() < 1.0
    assert len(gp.condition(data, fit.hyperparameters).weights) == 160


@pytest.mark.slow
def test_a_thousand_trials_work():
    gp, data = gp_cases.model(6, guess=0.5), gp_cases.observer(1000, 6, guess=0.5)
    belief = gp.condition(data, gp.fit(data).hyperparameters)
    assert belief.converged
    p = gp.response.expected_mean(*belief.marginals(data.X))
    assert ((p - data.y) ** 2).mean().item() < 0.18


@pytest.mark.parametrize(
    ("d", "n", "last", "due"),
    [
        (2, 1, None, True),
        (2, 300, None, True),
        (2, 40, 39, True),
        (2, 40, 40, False),
        (2, 44, 40, False),
        (3, 45, 40, True),
        (4, 45, 40, False),
        (4, 50, 40, True),
        (8, 400, 391, False),
        (8, 400, 390, True),
        (2, 1000, 951, False),
        (2, 1000, 950, True),
        (8, 5000, 4751, False),
    ],
)
def test_refits_come_every_trial_at_first_then_seldom(d, n, last, due):
    assert gp_cases.model(d).refit_due(n, last) is due
