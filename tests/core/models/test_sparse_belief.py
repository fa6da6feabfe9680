"""The belief in terms of inducing points, against that of all trials and against FITC written out."""

import gp_cases
import numpy as np
import pytest
import torch

from aepsych_grpc.core.models import belief as beliefs
from aepsych_grpc.core.models import inducing_points as inducing
from aepsych_grpc.core.models.belief import dense_belief, sparse_belief
from aepsych_grpc.core.models.difference_kernel import DifferenceKernel
from aepsych_grpc.core.models.expectation_propagation import Sites, approximation, expectation_propagation, log_evidence
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.inducing_points import inducing_points
from aepsych_grpc.core.models.kernel import JITTER
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.observed import Observed
from aepsych_grpc.core.models.sparse_approximation import sparse_approximation, sparse_expectation_propagation
from aepsych_grpc.core.models.statement import KnownProbability
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.responses.ordinal import OrdinalResponse

UNIT = torch.float64
CASES = [{"d": 2, "intensity": 0, "guess": 0.5}, {"d": 2}, {"d": 8, "intensity": 0, "guess": 0.5}, {"d": 8}]


def tilted_of(gp, data, theta):
    response = gp.response_given(data, theta)

    def tilted(mean, variance):
        return tuple(part.numpy() for part in response.tilted(data.y, torch.tensor(mean), torch.tensor(variance)))

    return tilted


def made(make, gp, data, start=None, theta=None):
    theta = tuple(gp.hyperprior.centre) if theta is None else theta
    own = len(gp.kernel.hyperprior.parameters)
    tilted = tilted_of(gp, data, theta)
    return make(gp.kernel, theta[:own], data, Observed(data.X), tilted, start=start, response_theta=theta[own:])


def expected(gp, posterior, X):
    response = gp.response_given(posterior.data, posterior.theta + posterior.response_theta)
    return response.expected_mean(*posterior.marginals(X))


def points(m, d, seed=4):
    return torch.from_numpy(np.random.default_rng(seed).random((m, d)))


def short(gp):
    """Hyperparameters of so short a lengthscale that no trial tells all about another."""
    theta = gp.hyperprior.centre.copy()
    theta[: gp.kernel.d] -= 2.0
    return tuple(theta)


@pytest.mark.parametrize("case", CASES)
def test_predictions_are_those_of_all_trials(case):
    d = case["d"]
    gp, data = gp_cases.model(**case), gp_cases.observer(700, d, guess=case.get("guess", 0.0))
    dense, sparse, X = made(dense_belief, gp, data), made(sparse_belief, gp, data), points(500, d)
    assert len(sparse.basis.points) <= 300
    assert sparse.converged
    assert (expected(gp, dense, X) - expected(gp, sparse, X)).abs().max().item() < 0.02
    ratio = (sparse.marginals(X)[1] / dense.marginals(X)[1]).sqrt()
    assert 0.9 < ratio.min().item() <= ratio.max().item() < 1.1
    assert sparse.log_evidence == pytest.approx(dense.log_evidence, abs=2.0)


@pytest.mark.parametrize("intensity", [None, 0])
def test_with_all_trials_for_inducing_points_it_is_the_dense_belief(intensity):
    gp, data = gp_cases.model(3, intensity=intensity), gp_cases.observer(60, 3)
    theta = short(gp)
    prior = inducing_points(gp.kernel, theta, Observed(data.X))
    assert len(prior.points) == 60
    mean = gp.kernel.mean(theta, data.X).numpy()
    K = gp.kernel.covariance(theta, data.X, data.X).numpy() + JITTER * np.eye(60)
    tilted = tilted_of(gp, data, theta)
    dense = expectation_propagation(K, mean, tilted, tolerance=1e-10)
    sparse, converged = sparse_expectation_propagation(prior, mean, tilted, tolerance=1e-10)
    assert converged
    np.testing.assert_allclose(sparse.mean, dense.mean, atol=1e-5)
    np.testing.assert_allclose(sparse.variance, dense.variance, atol=1e-5)
    assert log_evidence(sparse, mean, tilted) == pytest.approx(log_evidence(dense, mean, tilted), abs=1e-5)
    X = points(30, 3)
    together = made(sparse_belief, gp, data, sparse.sites, theta), made(dense_belief, gp, data, dense.sites, theta)
    for one, other in zip(*(posterior.joint(X) for posterior in together), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-4)


@pytest.fixture
def few(monkeypatch):
    """So few inducing points that what they leave out matters."""
    monkeypatch.setattr(inducing, "COUNT", 12)


def fitc(gp, theta, data, Z):
    """Prior covariance of the trials as FITC has it, and what turns latent values at Z into others."""
    K = gp.kernel.covariance(theta, Z, Z).numpy()
    to_trials = np.linalg.solve(K, gp.kernel.covariance(theta, Z, data.X).numpy())
    Q = to_trials.T @ K @ to_trials
    exact = gp.kernel.variance(theta, data.X).numpy() + JITTER
    return Q + np.diag(exact - np.diag(Q)), K, to_trials


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("intensity", [None, 0])
def test_it_is_fitc_written_out(intensity):
    gp, data = gp_cases.model(3, intensity=intensity, guess=0.3), gp_cases.observer(50, 3, guess=0.3)
    theta, rng = tuple(gp.hyperprior.centre), np.random.default_rng(1)
    sites = Sites(rng.normal(size=50), rng.random(50))
    prior, mean = inducing_points(gp.kernel, theta, Observed(data.X)), gp.kernel.mean(theta, data.X).numpy()
    P, K, to_trials = fitc(gp, theta, data, prior.points)
    found, exact = sparse_approximation(prior, mean, sites), approximation(P, mean, sites)
    np.testing.assert_allclose(found.mean, exact.mean, atol=1e-7)
    np.testing.assert_allclose(found.variance, exact.variance, atol=1e-7)
    assert found.log_determinant == pytest.approx(exact.log_determinant, abs=1e-7)

    X = points(9, 3)
    to_new = np.linalg.solve(K, gp.kernel.covariance(theta, prior.points, X).numpy())
    gain = to_new.T @ K @ to_trials @ np.linalg.inv(P + np.diag(1 / sites.tau))
    new_mean = gp.kernel.mean(theta, X).numpy() + gain @ (sites.nu / sites.tau - mean)
    new_covariance = gp.kernel.covariance(theta, X, X).numpy() - gain @ to_trials.T @ K @ to_new
    by_Z, W = gp.kernel.covariance(theta, X, prior.points).numpy(), found.whitener()
    np.testing.assert_allclose(gp.kernel.mean(theta, X).numpy() + by_Z @ found.weights(), new_mean, atol=1e-6)
    explained = by_Z @ W.T
    np.testing.assert_allclose(
        gp.kernel.covariance(theta, X, X).numpy() - explained @ explained.T, new_covariance, atol=1e-6
    )


@pytest.mark.usefixtures("few")
def test_its_parts_agree_and_are_differentiable():
    gp, data = gp_cases.model(3, intensity=0, guess=0.3), gp_cases.observer(50, 3, guess=0.3)
    posterior, X = made(sparse_belief, gp, data), points(7, 3)
    mean, covariance = posterior.joint(X)
    np.testing.assert_allclose(posterior.marginals(X)[0], mean, atol=1e-10)
    np.testing.assert_allclose(posterior.marginals(X)[1], covariance.diagonal(), atol=1e-10)
    np.testing.assert_allclose(posterior.covariance(X[:3], X[3:]), covariance[:3, 3:], atol=1e-10)
    assert np.linalg.eigvalsh(covariance.numpy()).min() > -1e-8
    assert torch.autograd.gradcheck(posterior.marginals, (X.clone().requires_grad_(),))


def test_a_measurement_is_regressed_exactly():
    kernel = gp_cases.model(2).kernel
    rng = np.random.default_rng(3)
    X = torch.from_numpy(rng.random((400, 2)))
    data = TrainingData(X, torch.sin(5 * X[:, 0]) + 0.3 * torch.from_numpy(rng.normal(size=400)))
    gp = GaussianProcessModel(kernel=kernel, response=ContinuousResponse())
    theta = tuple(gp.hyperprior.centre)
    posterior, new = made(sparse_belief, gp, data), points(20, 2)
    response = gp.response_given(data, theta)
    K = kernel.covariance(theta[:3], X, X) + (response.noise_sd**2 + JITTER) * torch.eye(400, dtype=UNIT)
    cross = kernel.covariance(theta[:3], new, X)
    standardized = (data.y - response.location) / response.scale
    np.testing.assert_allclose(posterior.marginals(new)[0], cross @ torch.linalg.solve(K, standardized), atol=1e-4)
    variance = kernel.variance(theta[:3], new) - (cross * torch.linalg.solve(K, cross.T).T).sum(1)
    np.testing.assert_allclose(posterior.marginals(new)[1], variance, atol=1e-5)


def test_ratings_and_choices_work_as_with_all_trials():
    rng, kernel = np.random.default_rng(5), gp_cases.model(2).kernel
    X = torch.from_numpy(rng.random((400, 4)))
    ratings = TrainingData(X[:, :2], (3 * X[:, 0]).round())
    gp = GaussianProcessModel(kernel=kernel, response=OrdinalResponse(steps=(1.0, 1.0)))
    new = points(50, 2)
    dense, sparse = (expected(gp, made(make, gp, ratings), new) for make in (dense_belief, sparse_belief))
    np.testing.assert_allclose(dense, sparse, atol=0.01)
    choices = TrainingData(X, (X[:, 2] + 0.1 * torch.from_numpy(rng.normal(size=400)) > X[:, 0]).double())
    gp = GaussianProcessModel(kernel=DifferenceKernel(kernel), response=BinaryResponse())
    new = points(50, 4)
    dense, sparse = (expected(gp, made(make, gp, choices), new) for make in (dense_belief, sparse_belief))
    np.testing.assert_allclose(dense, sparse, atol=0.01)


def extremes():
    rng = np.random.default_rng(0)
    n = 1100
    flat = rng.random((n, 2))
    flat[:, 1] = 0.0
    luck = torch.from_numpy(rng.integers(0, 2, n).astype(float))
    yield "one point", torch.full((n, 2), 0.5, dtype=UNIT), luck
    yield "two points", torch.from_numpy(rng.integers(0, 2, (n, 1)) * np.ones((1, 2))), luck
    yield "all yes", torch.from_numpy(rng.random((n, 2))), torch.ones(n, dtype=UNIT)
    yield "a constant coordinate", torch.from_numpy(flat), luck
    yield "twelve dimensions", torch.from_numpy(rng.random((n, 12))), luck
    yield "far out of bounds", torch.from_numpy(1e3 * flat), luck
    steps = np.sort(rng.random((n, 2)), 0)
    yield (
        "a step with outliers",
        torch.from_numpy(steps),
        torch.from_numpy((steps[:, 0] > 0.5) ^ (rng.random(n) < 0.02)),
    )


EXTREMES = {name: TrainingData(X, y.to(UNIT)) for name, X, y in extremes()}


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("intensity", [None, 0])
def test_extremes_yield_a_usable_belief(name, intensity):
    data = EXTREMES[name]
    gp = gp_cases.model(data.X.shape[1], intensity=intensity, guess=0.5)
    posterior = gp.condition(data, gp_cases.centre(gp))
    assert len(posterior.basis.points) <= 300
    mean, variance = posterior.marginals(torch.cat([data.X[:100], points(50, data.X.shape[1])]))
    assert torch.isfinite(mean).all()
    assert (variance > 0).all()
    assert np.isfinite(posterior.log_evidence)


def test_a_stimulus_that_repeats_takes_one_inducing_point():
    gp = gp_cases.model(2)
    posterior = gp.condition(EXTREMES["one point"], gp_cases.centre(gp))
    assert len(posterior.basis.points) == 1
    share = EXTREMES["one point"].y.mean().item()
    assert expected(gp, posterior, posterior.basis.points).item() == pytest.approx(share, abs=0.01)


def test_data_that_are_not_numbers_are_refused():
    gp, data = gp_cases.model(2), gp_cases.observer(20, 2)
    X = data.X.clone()
    X[3, 0] = float("nan")
    with pytest.raises(np.linalg.LinAlgError, match="finite"):
        made(sparse_belief, gp, TrainingData(X, data.y))


def test_the_same_arguments_give_the_same_bits_wherever_they_lie_in_memory(monkeypatch):
    monkeypatch.setattr(beliefs, "DENSE_LIMIT", 100)
    gp, data, X = gp_cases.model(3, intensity=1, guess=0.5), gp_cases.observer(203, 3, guess=0.5), points(70, 3)

    def results(shift):
        def moved(values):
            room = torch.empty(values.numel() + 8, dtype=UNIT)[shift : shift + values.numel()].view(values.shape)
            return room.copy_(values)

        copy = TrainingData(moved(data.X), moved(data.y))
        first = gp.condition(TrainingData(copy.X[:200], copy.y[:200]), gp_cases.centre(gp))
        return gp.condition(copy, gp_cases.centre(gp), first).marginals(moved(X))

    reference = results(0)
    for shift in (1, 3, 6):
        assert all(torch.equal(a, b) for a, b in zip(reference, results(shift), strict=True))


@pytest.mark.parametrize("before", [250, 299])
def test_a_warm_belief_agrees_with_a_cold_one(before, monkeypatch):
    monkeypatch.setattr(beliefs, "DENSE_LIMIT", 280)
    gp, data, X = gp_cases.model(4, guess=0.5), gp_cases.observer(300, 4, guess=0.5), points(100, 4)
    theta = gp_cases.centre(gp)
    start = gp.condition(TrainingData(data.X[:before], data.y[:before]), theta)
    cold, warm = gp.condition(data, theta), gp.condition(data, theta, start)
    np.testing.assert_allclose(expected(gp, warm, X), expected(gp, cold, X), atol=1e-3)


def test_inducing_points_take_over_beyond_the_limit_without_a_jump(monkeypatch):
    monkeypatch.setattr(beliefs, "DENSE_LIMIT", 400)
    monkeypatch.setattr(inducing, "COUNT", 120)
    gp, data, X = gp_cases.model(8, intensity=0), gp_cases.observer(401, 8), points(300, 8)
    theta = tuple(gp.hyperprior.centre)
    last, next_ = (gp.condition(TrainingData(data.X[:n], data.y[:n]), theta) for n in (400, 401))
    assert (len(last.basis.points), len(next_.basis.points)) == (400, 120)
    dense = made(dense_belief, gp, data)
    steps = [(expected(gp, after, X) - expected(gp, last, X)).abs().max().item() for after in (dense, next_)]
    assert steps[1] < steps[0] + 0.02


def test_what_is_known_beforehand_counts_beyond_the_limit_too(monkeypatch):
    nothing_seen = KnownProbability(where={"x1": 1.0}, probability=0.0, trials=20)
    gp = gp_cases.model(2, known=(nothing_seen,), increasing=("x0",))
    data, X, theta = gp_cases.observer(401, 2), points(300, 2), gp_cases.centre(gp)
    dense = gp.condition(data, theta)
    monkeypatch.setattr(beliefs, "DENSE_LIMIT", 400)
    sparse = gp.condition(data, theta)
    assert len(sparse.basis.points) <= 300
    unknown = gp_cases.model(2).condition(data, theta)
    assert (expected(gp, dense, X) - expected(gp, unknown, X)).abs().max().item() > 0.1
    assert (expected(gp, dense, X) - expected(gp, sparse, X)).abs().max().item() < 0.02
