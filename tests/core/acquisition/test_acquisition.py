import itertools

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import multivariate_normal, norm

from aepsych_grpc.config import outcome
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.acquisition.references import draw_references
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.bivariate_normal import bivariate_normal_cdf
from aepsych_grpc.core.responses.links import LINKS
from aepsych_grpc.core.space.sobol import sobol_points

TARGET = 0.75
FUNCTIONS = {"probit": norm.cdf, "logit": expit, "gumbel": lambda f: -np.expm1(-np.exp(f))}
RATES = [(0.0, 0.0), (0.5, 0.0), (0.25, 0.04)]


def same(X):
    return X


def scores(name, posterior, X, *, guess=0.0, lapse=0.0, link="probit", **options):
    entry = ACQUISITIONS[name]
    context = AcquisitionContext(outcome=outcome.Binary(guess_rate=guess, lapse_rate=lapse, target=TARGET))
    acquisition = entry.build(context, entry.options(**options))
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[link])
    return acquisition.prepare(posterior, response, same, np.random.default_rng(3))(X)


def entropy(p):
    return -sum(q * np.log(q) for q in np.clip(np.asarray(p), 1e-300, 1))


def exact_look_ahead(posterior, response, X, Q):
    """P(1), P(f_q < gamma) and P(1, f_q < gamma) for each candidate and reference."""
    gamma = response.latent(TARGET)
    both = {}
    for i, j in itertools.product(range(len(X)), range(len(Q))):
        mean, covariance = posterior.joint(torch.stack([X[i], Q[j]]))
        s, sd = np.sqrt(1 + covariance[0, 0].item()), np.sqrt(covariance[1, 1].item())
        rho = -covariance[0, 1].item() / (s * sd)
        h, below = mean[0].item() / s, (gamma - mean[1].item()) / sd
        seen_below = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([h, below])
        one = response.guess_rate + response.span * norm.cdf(h)
        pi = norm.cdf(below)
        one_below = response.guess_rate * pi + response.span * seen_below
        both[i, j] = one, pi, one_below
    return both


def exact_scores(posterior, response, X, Q, weights):
    """SUR, global MI and EAVC with exact posteriors."""
    both = exact_look_ahead(posterior, response, X, Q)
    result = {"sur": [], "global_mi": [], "eavc": []}
    for i in range(len(X)):
        sur = information = 0.0
        change = np.zeros(2)
        for j, w in enumerate(weights):
            one, pi, one_below = both[i, j]
            branches = [(1 - one, (pi - one_below) / (1 - one)), (one, one_below / one)]
            sur += w * (pi * (1 - pi) - sum(p * q * (1 - q) for p, q in branches))
            information += w * (entropy([pi, 1 - pi]) - sum(p * entropy([q, 1 - q]) for p, q in branches))
            change += w * np.array([q - pi for _, q in branches])
        result["sur"].append(sur)
        result["global_mi"].append(information)
        result["eavc"].append((1 - one) * abs(change[0]) + one * abs(change[1]))
    return {name: np.array(values) for name, values in result.items()}


@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize("name", ["sur", "global_mi", "eavc"])
def test_look_ahead_agrees_with_the_exact_bivariate_normal(known_gp, monkeypatch, name, guess, lapse):
    monkeypatch.setattr("aepsych_grpc.core.acquisition.references.COUNT", 12)
    posterior = known_gp(d=1, n=6, variance=4.0)
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse)
    X = torch.linspace(0, 1, 15, dtype=torch.float64)[:, None]
    references = draw_references([posterior], response.latent(TARGET), same, np.random.default_rng(3))
    exact = exact_scores(posterior, response, X, references.points, references.weights.numpy())[name]
    fast = scores(name, posterior, X, guess=guess, lapse=lapse).numpy()
    assert np.corrcoef(exact, fast)[0, 1] > 0.99
    assert exact[fast.argmax()] > 0.97 * exact.max()
    assert np.abs(fast - exact).max() < 0.2 * exact.max()


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("guess", "lapse"), RATES)
@pytest.mark.parametrize("name", ["local_mi", "local_sur"])
def test_local_look_ahead_is_exact(known_gp, name, guess, lapse, link):
    posterior = known_gp(variance=4.0)
    response = BinaryResponse(guess_rate=guess, lapse_rate=lapse, link=LINKS[link])
    X = torch.rand(10, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    gamma = response.latent(TARGET)

    def information(m, v):
        def one(f):
            return (guess + response.span * FUNCTIONS[link](f)) * norm.pdf(f, m, v**0.5)

        low, high = quad(one, m - 12 * v**0.5, gamma)[0], quad(one, gamma, m + 12 * v**0.5)[0]
        below = norm.cdf(gamma, m, v**0.5)
        if name == "local_sur":
            yes = low + high
            after = [(yes, low / yes), (1 - yes, (below - low) / (1 - yes))]
            return below * (1 - below) - sum(p * q * (1 - q) for p, q in after)
        joint = [low, high, below - low, 1 - below - high]
        return entropy([low + high, 1 - low - high]) + entropy([below, 1 - below]) - entropy(joint)

    exact = [information(m, v) for m, v in zip(*(part.tolist() for part in posterior.marginals(X)), strict=True)]
    found = scores(name, posterior, X, guess=guess, lapse=lapse, link=link)
    np.testing.assert_allclose(found.numpy(), exact, atol=1e-8 if link == "probit" else 1e-5)


@pytest.mark.parametrize("link", LINKS)
def test_bald_is_exact(known_gp, link):
    posterior = known_gp(variance=9.0)
    X = torch.rand(10, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    def information(m, v):
        def p(f):
            return 0.5 + 0.5 * FUNCTIONS[link](f)

        def expected(function):
            ends = m - 12 * v**0.5, m + 12 * v**0.5
            return quad(lambda f: function(f) * norm.pdf(f, m, v**0.5), *ends, limit=200)[0]

        one = expected(p)
        return entropy([one, 1 - one]) - expected(lambda f: entropy([p(f), 1 - p(f)]))

    exact = [information(m, v) for m, v in zip(*(part.tolist() for part in posterior.marginals(X)), strict=True)]
    np.testing.assert_allclose(scores("bald", posterior, X, guess=0.5, link=link).numpy(), exact, atol=1e-5)


def test_straddle_and_posterior_variance_are_their_formulas(known_gp):
    posterior = known_gp()
    X = torch.rand(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    mean, variance = posterior.marginals(X)
    expected = 3 * variance.sqrt() - (mean - norm.ppf(TARGET)).abs()
    torch.testing.assert_close(scores("straddle", posterior, X, beta=3.0), expected)
    generator = torch.Generator().manual_seed(2)
    draws = mean + variance.sqrt() * torch.randn(50_000, 20, dtype=torch.float64, generator=generator)
    spread = (0.5 + 0.5 * torch.special.ndtr(draws)).var(0)
    torch.testing.assert_close(scores("posterior_variance", posterior, X, guess=0.5), spread, rtol=0.03, atol=0)


@pytest.mark.parametrize("name", sorted(ACQUISITIONS))
def test_scores_do_not_depend_on_the_company_of_candidates(known_gp, name):
    posterior = known_gp(d=4, variance=4.0)
    X = torch.rand(30, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    together = scores(name, posterior, X, guess=0.5)
    assert together.shape == (30,)
    torch.testing.assert_close(together[7:8], scores(name, posterior, X[7:8], guess=0.5))


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("name", ["sur", "global_mi", "eavc", "local_mi", "local_sur", "straddle"])
def test_another_target_can_be_sought(known_gp, name, link):
    posterior = known_gp(d=1, n=40, offset=-3.0, slope=6.0, variance=0.2)
    X = torch.linspace(0, 1, 101, dtype=torch.float64)[:, None]
    gamma = {target: BinaryResponse(link=LINKS[link]).latent(target) for target in (0.2, 0.8)}
    crossing = {target: X[(posterior.mean(X) - gamma[target]).abs().argmin()].item() for target in gamma}
    for target, place in crossing.items():
        best = X[scores(name, posterior, X, target=target, link=link).argmax()].item()
        assert best == pytest.approx(place, abs=0.15)


def test_targets_beyond_guesses_and_lapses_are_refused():
    entry = ACQUISITIONS["sur"]
    context = AcquisitionContext(outcome=outcome.Binary(guess_rate=0.5, lapse_rate=0.1, target=TARGET))
    for target in (0.5, 0.9, 0.2, 1.0):
        with pytest.raises(InvalidConfigError, match=r"above 0.5 .* below 0.9") as caught:
            entry.build(context, entry.options(target=target))
        assert caught.value.violations[0].path == "options.target"


def test_references_estimate_means_over_the_space(known_gp):
    posterior = known_gp(n=20, variance=4.0)
    mean, variance = posterior.marginals(sobol_points(2, 8192, seed=1))
    pi = torch.special.ndtr((0.3 - mean) / variance.sqrt())
    references = draw_references([posterior], 0.3, same, np.random.default_rng(0))
    drawn = torch.special.ndtr((0.3 - references.mean[0]) / references.variance[0].sqrt())
    assert float(references.weights @ (drawn * (1 - drawn))) == pytest.approx((pi * (1 - pi)).mean().item(), rel=0.05)
    sums = [
        float(draw_references([posterior], 0.3, same, np.random.default_rng(seed)).weights.sum()) for seed in range(100)
    ]
    assert np.mean(sums) == pytest.approx(1, abs=0.03)


def test_references_lie_where_the_side_of_the_level_set_is_uncertain(known_gp):
    posterior = known_gp(n=40, slope=8.0, offset=-4.0, variance=0.2)
    references = draw_references([posterior], 0.0, same, np.random.default_rng(0))
    assert (references.points[:, 0] - 0.5).abs().median() < 0.12


def test_bivariate_normal_agrees_with_quadrature():
    corners = np.array(list(itertools.product([-2.3, 0.0, 0.7], [-1.1, 0.0, 2.0], [-0.97, -0.3, 0.0, 0.6])))
    exact = [multivariate_normal([0, 0], [[1, r], [r, 1]]).cdf([h, k]) for h, k, r in corners]
    np.testing.assert_allclose(bivariate_normal_cdf(*corners.T), exact, atol=1e-6)
