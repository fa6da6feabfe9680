"""Looking ahead, against telling the model each response and looking again."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.references import draw_references
from aepsych_grpc.core.alternatives import Alternatives
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.responses.ordinal import OrdinalResponse
from aepsych_grpc.core.space.sobol import sobol_points

TARGET = 0.75
SEED = 3
RESPONSES = {
    "binary": BinaryResponse(guess_rate=0.25, lapse_rate=0.04),
    "ordinal": OrdinalResponse(steps=(1.0, 1.5, 0.8)),
    "continuous": ContinuousResponse(noise_sd=0.7, location=300.0, scale=50.0),
    "choice": BinaryResponse(),
}
KINDS = {
    "binary": outcome.Binary(guess_rate=0.25, lapse_rate=0.04, target=TARGET),
    "ordinal": outcome.Ordinal(levels=5),
    "continuous": outcome.Continuous(),
    "choice": outcome.Choice(),
}


def same(X):
    return X


def scores(name, kind, posterior, X):
    entry = ACQUISITIONS[name]
    acquisition = entry.build(AcquisitionContext(outcome=KINDS[kind]), entry.options())
    return acquisition.prepare(posterior, RESPONSES[kind], same, np.random.default_rng(SEED))(X)


def told(posterior, x, Q, one, i):
    """Mean and variance at Q once the moments at x are what they are after a response: a Gaussian site, worked in."""
    mean, covariance = posterior.joint(torch.cat([x, Q]))
    v = covariance[0, 0].item()
    tau = -one.d2[i].item() / (1 + v * one.d2[i].item())
    nu = (mean[0].item() + v * one.d1[i].item()) * (1 / v + tau) - mean[0].item() / v
    site = np.zeros((len(mean), len(mean)))
    site[0, 0] = tau
    prior = np.linalg.inv(covariance.numpy() + 1e-12 * np.eye(len(mean)))
    after = np.linalg.inv(prior + site)
    linear = prior @ mean.numpy()
    linear[0] += nu
    return (after @ linear)[1:], after.diagonal()[1:].copy()


GAINS = {
    "sur": lambda pi, now, w: w @ (now * (1 - now)) - w @ (pi * (1 - pi)),
    "eavc": lambda pi, now, w: abs(w @ (pi - now)),
    "global_mi": lambda pi, now, w: w @ (uncertain(now) - uncertain(pi)),
}


def uncertain(p):
    p = np.clip(p, 1e-300, 1 - 1e-16)
    return -p * np.log(p) - (1 - p) * np.log(1 - p)


@pytest.mark.parametrize("name", sorted(GAINS))
def test_level_sets_are_what_a_told_response_makes_of_them(known_gp, monkeypatch, name):
    monkeypatch.setattr("aepsych_grpc.core.acquisition.references.COUNT", 7)
    posterior, response = known_gp(n=6, variance=4.0), RESPONSES["binary"]
    X = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    gamma = response.latent(TARGET)
    references = draw_references([posterior], gamma, same, np.random.default_rng(SEED))
    points, w = references.points, references.weights.numpy()
    mean, variance = posterior.marginals(X)
    m_q, v_q = (part.numpy() for part in posterior.marginals(points))
    now = norm.cdf((gamma - m_q) / np.sqrt(v_q))
    expected = np.zeros(len(X))
    for one in response.foreseen(mean, variance):
        for i in range(len(X)):
            m, v = told(posterior, X[i : i + 1], points, one, i)
            expected[i] += one.weight[i].item() * GAINS[name](norm.cdf((gamma - m) / np.sqrt(v)), now, w)
    np.testing.assert_allclose(scores(name, "binary", posterior, X).numpy(), expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", sorted(GAINS))
def test_by_alternatives_a_response_also_tells_which_is_right(known_gp, monkeypatch, name):
    """Each response, told to each belief; then Bayes' rule for the beliefs."""
    monkeypatch.setattr("aepsych_grpc.core.acquisition.references.COUNT", 7)
    beliefs = [known_gp(n=6, seed=1, variance=4.0), known_gp(n=6, seed=2, variance=1.0, offset=1.0)]
    X, response = torch.rand(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1)), RESPONSES["binary"]
    gamma = response.latent(TARGET)
    references = draw_references(beliefs, gamma, same, np.random.default_rng(SEED))
    Q, w = references.points, references.weights.numpy()
    side = [norm.cdf((gamma - m.numpy()) / v.sqrt().numpy()) for m, v in (one.marginals(Q) for one in beliefs)]
    expected = np.zeros(len(X))
    foreseen = [response.foreseen(*belief.marginals(X)) for belief in beliefs]
    for y in (0, 1):
        for i in range(len(X)):
            likelihoods = np.array([one[y].weight[i].item() for one in foreseen])
            moments = [told(belief, X[i : i + 1], Q, one[y], i) for belief, one in zip(beliefs, foreseen, strict=True)]
            pi = np.array([norm.cdf((gamma - m) / np.sqrt(v)) for m, v in moments])
            after = likelihoods / likelihoods.sum() @ pi
            expected[i] += likelihoods.mean() * GAINS[name](after, np.mean(side, 0), w)
    np.testing.assert_allclose(
        scores(name, "binary", Alternatives(tuple(beliefs)), X).numpy(), expected, rtol=1e-5, atol=1e-9
    )


@pytest.mark.parametrize("kind", sorted(RESPONSES))
def test_integrated_variance_is_the_variance_that_a_told_response_takes_away(known_gp, monkeypatch, kind):
    """Expected responses move by their mean given the response; exactly so for measurements."""
    monkeypatch.setattr("aepsych_grpc.core.acquisition.integrated_variance.COUNT", 8)
    posterior, response = known_gp(n=6, variance=2.0), RESPONSES[kind]
    X = torch.rand(5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    Q = sobol_points(2, 8, seed=int(np.random.default_rng(SEED).integers(2**31)))
    mean, variance = posterior.marginals(X)
    ahead, weights = np.zeros((2, len(X), 8)), 0
    for one in response.foreseen(mean, variance):
        for i in range(len(X)):
            m, v = told(posterior, X[i : i + 1], Q, one, i)
            y = response.expected_mean(torch.from_numpy(m), torch.from_numpy(v)).numpy()
            ahead[0, i] += one.weight[i].item() * y
            ahead[1, i] += one.weight[i].item() * y**2
        weights = weights + one.weight
    torch.testing.assert_close(weights, torch.ones(5, dtype=torch.float64))
    expected = (ahead[1] - ahead[0] ** 2).mean(1)
    found = scores("integrated_variance", kind, posterior, X).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    if kind == "continuous":
        c = posterior.covariance(X, Q)
        exact = response.scale**2 * (c**2 / (variance + response.noise_sd**2)[:, None]).mean(1)
        np.testing.assert_allclose(found, exact.numpy(), rtol=1e-9)


@pytest.mark.parametrize(("kind", "values"), [("binary", range(2)), ("ordinal", range(5))])
def test_integrated_variance_agrees_with_long_sampling(known_gp, monkeypatch, kind, values):
    """The variance of E[y_q | y] over the response, with f drawn jointly and nothing moment-matched."""
    monkeypatch.setattr("aepsych_grpc.core.acquisition.integrated_variance.COUNT", 16)
    posterior, response = known_gp(n=6, variance=4.0), RESPONSES[kind]
    X = torch.rand(8, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    Q = sobol_points(2, 16, seed=int(np.random.default_rng(SEED).integers(2**31)))
    mean, covariance = posterior.joint(torch.cat([X, Q]))
    rng = np.random.default_rng(0)
    f = torch.from_numpy(rng.multivariate_normal(mean.numpy(), covariance.numpy(), 100_000, method="eigh"))
    at_q = response.mean(f[:, 8:])
    expected = []
    for i in range(8):
        tiny = torch.full_like(f[:, i], 1e-12)
        moved = torch.zeros(16, dtype=torch.float64)
        for y in values:
            chance = response.tilted(y, f[:, i], tiny)[0]
            given = (chance @ at_q) / chance.sum()
            moved += chance.mean() * (given - at_q.mean(0)).square()
        expected.append(moved.mean().item())
    found = scores("integrated_variance", kind, posterior, X).numpy()
    np.testing.assert_allclose(found, expected, rtol=0.12)
    assert np.corrcoef(found, expected)[0, 1] > 0.99


def test_look_ahead_agrees_with_the_model_told_each_response():
    """Expectation propagation over all trials moves the earlier sites too, if little."""
    kernel, response = ArdKernel((False, False)), BinaryResponse(guess_rate=0.5)
    model = GaussianProcessModel(kernel=kernel, response=response)
    rng = np.random.default_rng(0)
    X = torch.from_numpy(rng.random((40, 2)))
    y = torch.from_numpy((rng.random(40) < 0.5 + 0.5 * norm.cdf(6 * X[:, 0].numpy() - 3)).astype(float))
    data, theta = TrainingData(X, y), tuple(kernel.hyperprior.centre.tolist())
    posterior = model.condition(data, theta)
    candidates = sobol_points(2, 24, seed=1)
    gamma = response.latent(TARGET)
    references = draw_references([posterior], gamma, same, np.random.default_rng(SEED))

    def doubt(belief):
        m, v = belief.marginals(references.points)
        pi = torch.special.ndtr((gamma - m) / v.sqrt())
        return float(references.weights @ (pi * (1 - pi)))

    expected = []
    for x in candidates:
        one = response.expected_mean(*posterior.marginals(x[None])).item()
        left = 0.0
        for value, chance in ((0.0, 1 - one), (1.0, one)):
            more = TrainingData(torch.cat([X, x[None]]), torch.cat([y, torch.tensor([value])]))
            left += chance * doubt(model.condition(more, theta))
        expected.append(doubt(posterior) - left)
    entry = ACQUISITIONS["sur"]
    context = AcquisitionContext(outcome=outcome.Binary(guess_rate=0.5, target=TARGET))
    sur = entry.build(context, entry.options()).prepare(posterior, response, same, np.random.default_rng(SEED))
    found = sur(candidates).numpy()
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert expected[found.argmax()] > 0.95 * max(expected)
