"""The functions that seek the maximum, against their formulas, long sampling and BoTorch."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from aepsych_grpc.config import outcome
from aepsych_grpc.core.acquisition.best_known import POOL
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.normal import log_improvement
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.space.sobol import sobol_points


def scores(name, posterior, X, **options):
    entry = ACQUISITIONS[name]
    acquisition = entry.build(AcquisitionContext(outcome=outcome.Continuous()), entry.options(**options))
    rng = np.random.default_rng(1)
    return acquisition.prepare(posterior, ContinuousResponse(), lambda points: points, rng)(X)


def test_expected_improvement_is_above_the_best_mean_of_the_pool(known_gp):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((30, 2)))
    pool = sobol_points(2, POOL, seed=int(np.random.default_rng(1).integers(2**31)))
    mean, variance = (part.numpy() for part in posterior.marginals(X))
    sd, best = np.sqrt(variance), posterior.marginals(pool)[0].max().item()
    z = (mean - best) / sd
    expected = sd * (norm.pdf(z) + z * norm.cdf(z))
    np.testing.assert_allclose(np.exp(scores("expected_improvement", posterior, X).numpy()), expected, rtol=1e-6)


@pytest.mark.parametrize("beta", [0.0, 2.0])
def test_upper_confidence_bound_is_so_many_sds_above_the_mean(known_gp, beta):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((9, 2)))
    mean, variance = posterior.marginals(X)
    found = scores("upper_confidence_bound", posterior, X, beta=beta)
    torch.testing.assert_close(found, mean + beta * variance.sqrt())


def test_the_logarithm_of_an_improvement_keeps_its_digits():
    z = np.array([-30.0, -8.0, -3.0, -1.0, -0.999, 0.0, 2.0])
    exact = [quad(lambda t, z=z: np.exp(-t * t / 2 + t * z) * t, 0, np.inf)[0] / np.sqrt(2 * np.pi) for z in z]
    found = log_improvement(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(found, np.log(exact) - z * z / 2, rtol=1e-9)
    far = torch.tensor([-1e4, -0.99e5, -1.01e5, -1e8], dtype=torch.float64)
    torch.testing.assert_close(log_improvement(far), -far * far / 2 - np.log(np.sqrt(2 * np.pi)) - 2 * torch.log(-far))


def botorch_values(name, posterior, X, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what BoTorch itself imports
        from botorch.acquisition import analytic, logei
        from botorch.sampling import SobolQMCNormalSampler
        from botorch_model import BotorchModel
    if name.startswith("q"):
        sampler = SobolQMCNormalSampler(torch.Size([2**14]), seed=0)
        settings |= {"sampler": sampler, "prune_baseline": False, "cache_root": False}
    return getattr(logei if name.startswith("q") else analytic, name)(BotorchModel(posterior), **settings)(X[:, None])


@pytest.mark.parametrize(
    ("name", "theirs"),
    [("expected_improvement", "LogExpectedImprovement"), ("probability_of_improvement", "LogProbabilityOfImprovement")],
)
def test_improvements_agree_with_botorch(known_gp, name, theirs):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((30, 2)))
    pool = sobol_points(2, POOL, seed=int(np.random.default_rng(1).integers(2**31)))
    best = posterior.marginals(pool)[0].max()
    torch.testing.assert_close(scores(name, posterior, X), botorch_values(theirs, posterior, X, best_f=best))


def test_noisy_improvement_agrees_with_botorch(known_gp):
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((30, 2)))
    pool = sobol_points(2, POOL, seed=int(np.random.default_rng(1).integers(2**31)))
    best = pool[posterior.marginals(pool)[0].argmax()][None]
    theirs = botorch_values("qLogNoisyExpectedImprovement", posterior, X, X_baseline=best)
    ours = scores("noisy_expected_improvement", posterior, X)
    torch.testing.assert_close(ours.exp(), theirs.exp(), rtol=0.02, atol=1e-5)


def test_nothing_improves_on_the_best_place_itself(known_gp):
    posterior = known_gp()
    pool = sobol_points(2, POOL, seed=int(np.random.default_rng(1).integers(2**31)))
    best = pool[posterior.marginals(pool)[0].argmax()][None]
    assert scores("noisy_expected_improvement", posterior, best).exp().item() < 1e-4
    assert scores("expected_improvement", posterior, best).exp().item() > 1e-2


def test_max_value_entropy_is_what_cutting_the_field_off_at_its_maximum_tells(known_gp, monkeypatch):
    monkeypatch.setattr("aepsych_grpc.core.acquisition.max_value_entropy.DRAWS", 1)
    posterior, X = known_gp(), torch.from_numpy(np.random.default_rng(0).random((9, 2)))
    rng = np.random.default_rng(1)
    pool = torch.unique(sobol_points(2, 256, seed=int(rng.integers(2**31))), dim=0)
    mean, covariance = posterior.joint(pool)
    root = torch.linalg.cholesky(covariance + 1e-9 * covariance.diagonal().mean() * torch.eye(256))
    highest = (mean + root @ torch.from_numpy(rng.standard_normal((256, 1)))[:, 0]).max().clamp_min(mean.max()).item()

    def information(m, sd):
        below = norm.cdf((highest - m) / sd)

        def h(f):
            p = norm.pdf(f, m, sd) / below
            return -p * np.log(p) if p > 0 else 0.0

        return norm.entropy(m, sd) - quad(h, m - 10 * sd, highest)[0]

    mean, variance = posterior.marginals(X)
    exact = [information(m, v**0.5) for m, v in zip(mean.tolist(), variance.tolist(), strict=True)]
    np.testing.assert_allclose(scores("max_value_entropy", posterior, X).numpy(), exact, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["expected_improvement", "noisy_expected_improvement", "probability_of_improvement", "max_value_entropy"]
)
def test_the_maximum_is_sought_where_the_field_rises(known_gp, name):
    posterior = known_gp(n=40, slope=6.0, offset=-3.0, noise=0.05, variance=0.2)
    X = sobol_points(2, 256, seed=3)
    found = scores(name, posterior, X)
    assert bool(found.isfinite().all())
    assert X[found.topk(5).indices, 0].mean() > 0.8


@pytest.mark.parametrize("name", [name for name, entry in ACQUISITIONS.items() if "goal" in {
    one.name for one in entry.option_list}])  # fmt: skip
def test_a_minimum_is_the_maximum_of_the_mirrored_field(known_gp, name):
    posterior, X = known_gp(slope=3.0), torch.from_numpy(np.random.default_rng(0).random((30, 2)))
    mirrored = replace(posterior, y=-posterior.y, slope=-3.0)
    torch.testing.assert_close(scores(name, posterior, X, goal="minimum"), scores(name, mirrored, X))
    assert not torch.allclose(scores(name, posterior, X), scores(name, mirrored, X))
