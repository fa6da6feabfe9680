"""Models that know something beforehand: statements and directions, against independent truths."""

import gp_cases
import numpy as np
import pytest
import torch
from scipy.special import log_ndtr
from test_gaussian_process_model import AWKWARD
from test_regression import THETA, covariance, noisy_covariance, reaction_times

from aepsych_grpc.config import outcome
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.evidence import evidence
from aepsych_grpc.core.models.hyperprior import BOX
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.monotone import SOFTNESS
from aepsych_grpc.core.models.statement import KnownProbability, KnownRating, KnownValue
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.sobol import sobol_points

FALLS = KnownProbability(where={"x0": (0.8, 1.0)}, probability=0.1, trials=20)
NOTHING_SEEN = KnownProbability(where={"x0": 0.0}, probability=0.5)
UNIT = torch.float64


def build(name, kind, d=2, **options):
    entry = MODELS[name]
    context = ModelContext(
        d=d,
        intensity=None,
        categorical=(False,) * d,
        outcome=kind,
        reference=sobol_points(d, 16, seed=0),
        space=gp_cases.space(d),
    )
    return entry.build(context, entry.options(**options))


def points(n, d, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).random((n, d)))


def test_a_known_value_is_a_measurement_with_its_own_noise():
    data, place, value, sd = reaction_times(20), (0.9, 0.2), 420.0, 7.0
    known = build(
        "gp_regression",
        outcome.Continuous(),
        known=(KnownValue(where={"x0": place[0], "x1": place[1]}, value=value, sd=sd),),
    )
    X, y = np.vstack([place, data.X.numpy()]), np.append(value, data.y.numpy())
    location, scale = y[1:].mean(), y[1:].std()
    K = noisy_covariance(X)
    K[0, 0] += (sd / scale) ** 2 - np.exp(2 * THETA[3])
    Z = points(9, 2, seed=4).numpy()
    cross = covariance(Z, X) @ np.linalg.inv(K)
    mean, found = known.condition(data, THETA).joint(torch.from_numpy(Z))
    np.testing.assert_allclose(mean.numpy(), cross @ ((y - location) / scale), atol=1e-8)
    np.testing.assert_allclose(found.numpy(), covariance(Z, Z) - cross @ covariance(X, Z), atol=1e-8)


def test_a_known_region_is_known_as_a_whole_and_no_better():
    known = build("gp_regression", outcome.Continuous(), known=(KnownValue(where={"x0": 0.5}, value=300.0, sd=5.0),))
    data = TrainingData(points(2, 2), torch.tensor([200.0, 400.0], dtype=UNIT))
    belief = known.condition(data, (np.log(9.0), np.log(9.0), 0.0, np.log(1e3)))
    X = torch.tensor([[0.5, 0.3], [0.5, 0.8]], dtype=UNIT)
    mean, variance = belief.marginals(X)
    response = known.response_given(data, (0.0, 0.0, 0.0, np.log(1e3)))
    np.testing.assert_allclose(response.mean(mean).numpy(), 300.0, atol=0.5)
    np.testing.assert_allclose(response.mean_variance(mean, variance).sqrt().numpy(), 5.0, rtol=0.2)


@pytest.mark.parametrize("guess", [0.0, 0.5])
def test_the_belief_is_that_of_weighted_draws_from_the_prior(guess):
    gp = gp_cases.model(1, guess=guess, decreasing=("x0",), known=(NOTHING_SEEN,))
    data = TrainingData(torch.tensor([[0.2], [0.5], [0.9]], dtype=UNIT), torch.tensor([1.0, 0.0, 1.0], dtype=UNIT))
    theta, Z = gp_cases.centre(gp), torch.linspace(0, 1, 6, dtype=UNIT)[:, None]
    belief = gp.condition(data, theta)
    seen = belief.observed
    everywhere = torch.cat([seen.points, Z])
    K = gp.kernel.covariance(theta, everywhere, everywhere).numpy() + 1e-6 * np.eye(len(everywhere))
    draws = np.random.default_rng(1).standard_normal((400_000, len(K))) @ np.linalg.cholesky(K).T
    f = draws[:, len(seen.points) - 3 : len(seen.points)]

    def log_p(f):
        return np.log(guess + (1 - guess) * np.exp(log_ndtr(f))), np.log(1 - guess) + log_ndtr(-f)

    yes, no = log_p(f)
    log_weights = np.where(data.y.numpy() == 1, yes, no).sum(1)
    yes, no = log_p(draws[:, 0])
    log_weights += 5 * yes + 5 * no - 10 * np.log(0.5)
    steps = draws[:, 1 : len(seen.points) - 3] @ gp.knowledge.functionals.weights[1:, 1:].T.numpy()
    log_weights += log_ndtr(steps / SOFTNESS).sum(1)
    weights = np.exp(log_weights - log_weights.max())
    log_z = np.log(weights.mean()) + log_weights.max()
    weights /= weights.sum()
    at_Z = draws[:, len(seen.points) :]
    mean = weights @ at_Z
    sd = np.sqrt(weights @ (at_Z - mean) ** 2)
    found, variance = belief.marginals(Z)
    np.testing.assert_allclose(found.numpy(), mean, atol=0.1)
    np.testing.assert_allclose(variance.sqrt().numpy(), sd, rtol=0.12)  # a guess rate takes that much from EP's
    assert belief.log_evidence == pytest.approx(log_z, abs=0.1)


@pytest.mark.parametrize("intensity", [None, 0])
def test_the_evidence_s_gradient_is_exact_with_statements_and_directions(intensity):
    gp = gp_cases.model(3, intensity=intensity, increasing=("x0",), decreasing=("x2",), known=(FALLS,))
    data, theta = gp_cases.observer(15, 3), np.array(gp_cases.centre(gp))
    seen = gp.condition(data, gp_cases.centre(gp)).observed
    prior, tilted = seen.on(gp.kernel), gp.likelihood(data.y)(theta).tilted

    def at(theta):
        return evidence(prior, theta, tilted, start=None, tolerance=1e-10)

    steps = 1e-4 * np.eye(len(theta))
    expected = np.array([(at(theta + step).value - at(theta - step).value) / 2e-4 for step in steps])
    np.testing.assert_allclose(at(theta).gradient, expected, atol=1e-3)


def test_the_gradient_by_cut_points_knows_of_known_ratings():
    known = (KnownRating(where={"x0": 0.0}, rating=0.4),)
    gp = build("gp_rating", outcome.Ordinal(levels=5), known=known, increasing=("x1",))
    data = TrainingData(points(12, 2), torch.arange(12, dtype=UNIT) % 5)
    theta = gp.hyperprior.centre
    prior = gp.condition(data, theta.tolist()).observed.on(gp.kernel)

    def at(theta):
        likelihood = gp.likelihood(data.y)(theta)
        return evidence(
            lambda t: prior(t[:3]),
            theta,
            likelihood.tilted,
            start=None,
            tolerance=1e-10,
            sensitivity=likelihood.sensitivity,
        )

    steps = 1e-4 * np.eye(len(theta))
    expected = np.array([(at(theta + step).value - at(theta - step).value) / 2e-4 for step in steps])
    np.testing.assert_allclose(at(theta).gradient, expected, atol=1e-3)


@pytest.mark.parametrize("name", AWKWARD)
@pytest.mark.parametrize("guess", [0.0, 0.5])
def test_awkward_data_yield_a_usable_belief(name, guess):
    data = AWKWARD[name]
    d = data.X.shape[1]
    contradicted = KnownProbability(where={"x0": 1.0}, probability=0.6, trials=100)
    gp = gp_cases.model(d, intensity=0, guess=guess, increasing=("x0",), known=(NOTHING_SEEN, contradicted))
    fit = gp.fit(data)
    assert fit.note == ""
    assert (np.abs((np.array(fit.hyperparameters) - gp.hyperprior.centre) / gp.hyperprior.sd) <= BOX + 1e-9).all()
    mean, variance = gp.condition(data, fit.hyperparameters).marginals(data.X)
    assert torch.isfinite(mean).all()
    assert (variance > 0).all()


@pytest.mark.parametrize("d", [1, 2])
def test_one_trial_is_enough_to_see_what_was_known(d):
    known = (NOTHING_SEEN, KnownProbability(where={"x0": 1.0}, probability=1.0))
    gp = gp_cases.model(d, guess=0.5, known=known, increasing=("x0",))
    data = TrainingData(torch.full((1, d), 0.5, dtype=UNIT), torch.ones(1, dtype=UNIT))
    theta = gp.fit(data).hyperparameters
    X = points(2, d)
    X[:, 0] = torch.tensor([0.0, 1.0])
    for belief in gp.readout(data, theta):
        low, high = gp.response.expected_mean(*belief.marginals(X)).tolist()
        assert low < 0.7
        assert high > 0.75


@pytest.mark.parametrize(("direction", "sign"), [("increasing", 1), ("decreasing", -1)])
def test_a_field_keeps_its_direction_between_the_places_that_it_was_told_for(direction, sign):
    data, X = gp_cases.observer(20, 2, guess=0.5, seed=4), points(500, 2, seed=7) * 0.9
    told = TrainingData(data.X, data.y if sign == 1 else 1 - data.y)

    def rising(**options):
        gp = gp_cases.model(2, guess=0.5 * (sign == 1), lapse=0.5 * (sign == -1), **options)
        belief = gp.condition(told, gp.fit(told).hyperparameters)
        step = belief.marginals(X + torch.tensor([0.1, 0]))[0] - belief.marginals(X)[0]
        return (sign * step > 0).double().mean()

    assert rising() < 0.9
    assert rising(**{direction: ("x0",)}) > 0.99


def test_utilities_keep_their_direction():
    X = points(25, 4)
    choices = TrainingData(X, (torch.sin(6 * X[:, 2]) + X[:, 3] > torch.sin(6 * X[:, 0]) + X[:, 1]).double())
    model = build("gp_preference", outcome.Choice(), increasing=("x1",))
    theta = model.fit(choices).hyperparameters
    X = points(200, 2, seed=5) * 0.9
    higher = X + torch.tensor([0, 0.1])
    for belief in model.readout(choices, theta)[:3]:
        assert (belief.marginals(higher)[0] > belief.marginals(X)[0]).all()
    assert (model.condition(choices, theta).marginals(torch.cat([X, higher], 1))[0] > 0).all()


def test_a_warm_belief_agrees_with_a_cold_one_and_comes_from_the_same_knowledge():
    gp = gp_cases.model(2, intensity=0, guess=0.5, known=(NOTHING_SEEN,), increasing=("x1",))
    data, theta = gp_cases.observer(40, 2, guess=0.5), gp_cases.centre(gp)
    first = TrainingData(data.X[:39], data.y[:39])
    cold, warm = gp.condition(data, theta), gp.condition(data, theta, gp.condition(first, theta))
    for one, other in zip(cold.marginals(data.X), warm.marginals(data.X), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=5e-3)
    assert not torch.equal(cold.weights, warm.weights)
    elsewhere = gp_cases.model(2, intensity=0, guess=0.5).condition(first, theta)
    assert torch.equal(gp.condition(data, theta, elsewhere).weights, cold.weights)


def test_the_same_arguments_give_the_same_bits_wherever_they_lie_in_memory():
    gp = gp_cases.model(3, intensity=1, guess=0.5, known=(NOTHING_SEEN,), decreasing=("x2",))
    data = gp_cases.observer(15, 3, guess=0.5)

    def results(shift):
        def moved(values):
            room = torch.empty(values.numel() + 8, dtype=UNIT)[shift : shift + values.numel()].view(values.shape)
            return room.copy_(values)

        copy = TrainingData(moved(data.X), moved(data.y))
        fit = gp.fit(copy)
        return torch.tensor(fit.hyperparameters), *gp.condition(copy, fit.hyperparameters).marginals(moved(data.X))

    reference = results(0)
    for shift in (1, 3):
        assert all(torch.equal(a, b) for a, b in zip(reference, results(shift), strict=True))


def test_participants_are_learned_from_with_what_is_known():
    gp = gp_cases.model(1, known=(NOTHING_SEEN,), increasing=("x0",))
    prior = gp.population_prior([[gp_cases.observer(15, 1, seed=seed)] for seed in range(2)])
    assert prior.names == gp.hyperprior.names
    assert (prior.sd <= gp.hyperprior.sd + 1e-12).all()


def test_without_knowledge_nothing_is_added():
    gp, data = gp_cases.model(2), gp_cases.observer(5, 2)
    belief = gp.condition(data, gp_cases.centre(gp))
    assert gp.knowledge is None
    assert belief.observed.points is data.X
    assert len(belief.weights) == 5


def test_known_probabilities_are_of_a_response():
    assert len(gp_cases.model(2, known=(NOTHING_SEEN, FALLS)).knowledge.factors) == 2
    np.testing.assert_allclose(FALLS.factor(BinaryResponse(), 4).counts, [(0.0, 4.5), (1.0, 0.5)])
