import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.stats import norm

from aepsych_grpc.config.parameter import Binary, Categorical, Continuous, Discrete, Fixed, Integer, Parameter
from aepsych_grpc.core.queries.context_grid import context_count, context_grid
from aepsych_grpc.core.queries.crossing import crossings
from aepsych_grpc.core.queries.draws import gaussian_root
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.extremum import inverse, maximum, minimum
from aepsych_grpc.core.queries.mixture import latent_mixture
from aepsych_grpc.core.queries.prediction import level_set_probability, predict
from aepsych_grpc.core.queries.samples import sample
from aepsych_grpc.core.queries.threshold import threshold_contour
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.space import Space

RESPONSE = BinaryResponse(guess_rate=0.5, lapse_rate=0.02)
SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
        Parameter(name="size", kind=Continuous(lower_bound=0, upper_bound=10)),
    ]
)
X = torch.rand(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


@pytest.fixture
def readout(known_gp):
    """Three beliefs about a field that rises with the contrast."""
    return [
        known_gp(n=60, seed=seed, slope=slope, offset=-3.0, variance=variance)
        for seed, slope, variance in [(0, 6.0, 0.5), (1, 7.0, 0.3), (2, 5.0, 1.0)]
    ]


@pytest.mark.parametrize("scale", list(Scale))
def test_predictions_are_those_of_draws_from_the_mixture(readout, scale):
    rng = np.random.default_rng(0)
    draws = torch.cat(
        [
            m + v.sqrt() * torch.from_numpy(rng.standard_normal((100_000, 7)))
            for m, v in (p.marginals(X) for p in readout)
        ]
    )
    if scale is Scale.PROBABILITY:
        draws = RESPONSE.mean(draws)
    estimates = predict(readout, RESPONSE, X, scale=scale, level=0.9)
    found = torch.tensor([[e.mean, e.variance, e.lower, e.upper] for e in estimates], dtype=torch.float64)
    ends = torch.quantile(draws, torch.tensor([0.05, 0.95], dtype=torch.float64), dim=0)
    expected = torch.stack([draws.mean(0), draws.var(0), *ends], 1)
    torch.testing.assert_close(found, expected, rtol=0.03, atol=0.01)


def test_quantiles_solve_the_distribution_function(readout):
    mixture = latent_mixture(readout, X)
    found = mixture.quantile(0.975, RESPONSE, Scale.LATENT)
    for i in range(len(X)):
        means, sds = mixture.means[:, i].numpy(), mixture.variances[:, i].sqrt().numpy()
        exact = brentq(lambda t, m=means, s=sds: norm.cdf(t, m, s).mean() - 0.975, -20, 20, xtol=1e-13)
        assert found[i].item() == pytest.approx(exact, abs=1e-10)


def test_a_single_belief_has_gaussian_quantiles(readout):
    mean, variance = readout[0].marginals(X)
    found = latent_mixture(readout[:1], X).quantile(0.025, RESPONSE, Scale.LATENT)
    torch.testing.assert_close(found, mean + norm.ppf(0.025) * variance.sqrt())


def test_level_set_probabilities_agree_between_scales(readout):
    probabilities = level_set_probability(readout, RESPONSE, X, target=0.8, scale=Scale.PROBABILITY)
    latent = level_set_probability(readout, RESPONSE, X, target=RESPONSE.latent(0.8), scale=Scale.LATENT)
    draws = sample(readout, RESPONSE, X, count=20_000, seed=1, scale=Scale.PROBABILITY)
    np.testing.assert_allclose(probabilities, latent)
    np.testing.assert_allclose(probabilities, (draws > 0.8).double().mean(0).numpy(), atol=0.015)


def test_samples_are_joint_and_repeatable(readout):
    draws = sample(readout, RESPONSE, X, count=40_000, seed=5, scale=Scale.LATENT)
    assert torch.equal(draws, sample(readout, RESPONSE, X, count=40_000, seed=5, scale=Scale.LATENT))
    assert not torch.equal(draws[:9], sample(readout, RESPONSE, X, count=9, seed=6, scale=Scale.LATENT))
    means, covariances = zip(*(posterior.joint(X) for posterior in readout), strict=True)
    between = torch.cov(torch.stack(means).T, correction=0)
    torch.testing.assert_close(draws.mean(0), torch.stack(means).mean(0), atol=0.03, rtol=0)
    torch.testing.assert_close(draws.T.cov(), torch.stack(covariances).mean(0) + between, atol=0.03, rtol=0)


def test_samples_at_repeated_stimuli_are_equal(readout):
    twice = torch.cat([X, X])
    draws = sample(readout, RESPONSE, twice, count=50, seed=0, scale=Scale.LATENT)
    torch.testing.assert_close(draws[:, :7], draws[:, 7:], atol=1e-3, rtol=0)


def test_extrema_are_those_of_a_fine_grid(readout):
    grid = torch.cartesian_prod(*[torch.linspace(0, 1, 101, dtype=torch.float64)] * 2)
    expected = latent_mixture(readout, grid).moments(RESPONSE, Scale.PROBABILITY)[0]
    settings = {"fixed": {}, "scale": Scale.PROBABILITY, "level": 0.95}
    largest, smallest = (query(readout, RESPONSE, SPACE, **settings) for query in (maximum, minimum))
    assert largest.response.mean >= expected.max().item() - 1e-6
    assert smallest.response.mean <= expected.min().item() + 1e-6
    (there,) = predict(readout, RESPONSE, SPACE.encode([largest.stimulus]), scale=Scale.PROBABILITY, level=0.95)
    assert there.mean == pytest.approx(largest.response.mean)
    assert largest == maximum(readout, RESPONSE, SPACE, **settings)


def test_extrema_obey_fixed_parameters(readout):
    found = maximum(readout, RESPONSE, SPACE, fixed={"contrast": 0.1}, scale=Scale.LATENT, level=0.95)
    assert found.stimulus["contrast"] == 0.1


@pytest.mark.parametrize(("value", "scale"), [(0.8, Scale.PROBABILITY), (0.6, Scale.PROBABILITY), (0.5, Scale.LATENT)])
@pytest.mark.parametrize("fixed", [{}, {"size": 2.5}])
def test_the_inverse_has_the_wanted_value(readout, value, scale, fixed):
    found = inverse(readout, RESPONSE, SPACE, value, fixed=fixed, scale=scale, level=0.95)
    assert found.response.mean == pytest.approx(value, abs=1e-3)
    assert found.stimulus | fixed == found.stimulus


def contour(readout, contexts, space=SPACE, parameter="contrast", target=0.75, fixed=None, scale=Scale.PROBABILITY):
    return threshold_contour(
        readout, RESPONSE, space, parameter=parameter, target=target, contexts=contexts, fixed=fixed or {},
        scale=scale, level=0.95,
    )  # fmt: skip


def test_a_certain_field_has_the_threshold_of_its_closed_form(known_gp):
    straight = known_gp(n=0, slope=8.0, offset=-4.0, variance=1e-8)
    gamma = RESPONSE.latent(0.75)
    u = (gamma + 4) / 8
    for point in contour([straight], [{"size": 1.0}, {"size": 9.0}]):
        assert point.threshold.mean == pytest.approx(0.01 ** (1 - u), rel=1e-3)
        assert point.median == pytest.approx(0.01 ** (1 - u), rel=1e-3)
        assert point.threshold.variance < 1e-6
        assert point.crossing_probability == 1
    latent = contour([straight], [{"size": 1.0}], target=gamma, scale=Scale.LATENT)
    assert latent[0].median == pytest.approx(0.01 ** (1 - u), rel=1e-3)


def test_an_uncertain_level_shifts_the_threshold_as_it_should(known_gp):
    # f = 8 (x - 1/2) + a with a ~ N(0, .5^2): a kernel so wide that the field moves as a whole.
    level = known_gp(n=0, slope=8.0, offset=-4.0, variance=0.25, lengthscale=1e4)
    (point,) = contour([level], [{}], space=Space([Parameter(
        name="contrast", kind=Continuous(lower_bound=0, upper_bound=1))]), target=0.0, scale=Scale.LATENT)  # fmt: skip
    assert point.median == pytest.approx(0.5, abs=2e-3)
    assert point.threshold.mean == pytest.approx(0.5, abs=2e-3)
    assert point.threshold.variance == pytest.approx((0.5 / 8) ** 2, rel=0.03)
    assert point.threshold.lower == pytest.approx(0.5 - 1.96 * 0.5 / 8, abs=4e-3)
    assert point.threshold.upper == pytest.approx(0.5 + 1.96 * 0.5 / 8, abs=4e-3)


@pytest.mark.parametrize(("offset", "expected"), [(-20.0, 1.0), (20.0, 0.01)])
def test_fields_that_never_cross_count_at_the_nearer_bound(known_gp, offset, expected):
    (point,) = contour([known_gp(n=0, slope=8.0, offset=offset)], [{"size": 5.0}])
    estimate = point.threshold
    assert (estimate.mean, estimate.lower, point.median, estimate.upper) == pytest.approx((expected,) * 4)
    assert point.crossing_probability == 0


def test_thresholds_agree_with_predictions(readout):
    contexts = [{"size": float(size)} for size in range(11)]
    for point in contour(readout, contexts):
        there = SPACE.encode([{**point.context, "contrast": point.median}])
        (probability,) = level_set_probability(readout, RESPONSE, there, target=0.75, scale=Scale.PROBABILITY)
        assert probability == pytest.approx(0.5, abs=0.12)
        assert point.threshold.lower <= point.median <= point.threshold.upper


def test_contours_are_repeatable_and_fixed_parameters_win(readout):
    given = contour(readout, [{"size": 2.0}, {"size": 7.0}], fixed={"size": 3.0})
    assert given == contour(readout, [{}, {}], fixed={"size": 3.0})
    assert given[0] == given[1]
    assert given[0].context == {"size": 3.0}


def test_more_contexts_than_fit_a_chunk_come_back_in_order(readout, monkeypatch):
    contexts = [{"size": float(size)} for size in range(7)]
    whole = contour(readout, contexts)
    monkeypatch.setattr("aepsych_grpc.core.queries.threshold.CHUNK", 3)
    for one, other in zip(whole, contour(readout, contexts), strict=True):
        assert one.context == other.context
        assert one.median == pytest.approx(other.median)


def test_thresholds_along_whole_numbers_lie_between_them(known_gp):
    space = Space([Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=8))])
    straight = known_gp(d=1, n=0, slope=8.0, offset=-4.0, variance=1e-8)
    (point,) = contour([straight], [{}], space=space, parameter="dots", target=0.0, scale=Scale.LATENT)
    assert point.median == pytest.approx(4.5, abs=1e-3)


def test_unknown_parameters_and_open_contexts_are_errors(readout):
    with pytest.raises(KeyError):
        contour(readout, [{"size": 1.0}], parameter="colour")
    with pytest.raises(KeyError):
        contour(readout, [{}])


GRID = torch.linspace(0, 1, 5, dtype=torch.float64)


@pytest.mark.parametrize(
    ("mean", "draw", "place", "crosses"),
    [
        ([-2, -1, 1, 2, 3], [-2, -1, 1, 2, 3], 0.375, True),
        ([3, 2, 1, -1, -2], [3, 2, 1, -1, -2], 0.625, True),
        ([-2, -1, 1, 2, 3], [1, -1, -1, 1, 2], 0.625, True),  # the dip at the start isn't the threshold
        ([-2, 1, 2, 1, -2], [-2, 2, 3, 2, -2], 0.125, True),  # a band: where it rises first
        ([-2, -1, 1, 2, 3], [1, 2, 3, 4, 5], 0.0, False),
        ([-2, -1, 1, 2, 3], [-5, -4, -3, -2, -1], 1.0, False),
        ([-5, -4, -3, -2, -1], [-5, -4, -3, -1, 1], 0.875, True),
        ([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 0.0, False),
    ],
)
def test_crossings(mean, draw, place, crosses):
    where, crossed = crossings(
        torch.tensor([mean], dtype=torch.float64), torch.tensor([[draw]], dtype=torch.float64), GRID
    )
    assert (where.item(), crossed.item()) == (place, crosses)


def test_contexts_cover_every_open_parameter():
    space = Space(
        [
            Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
            Parameter(name="screen", kind=Fixed(value=1)),
            Parameter(name="size", kind=Continuous(lower_bound=0, upper_bound=10)),
            Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=100)),
            Parameter(name="level", kind=Discrete(values=(1.0, 2.0))),
            Parameter(name="eye", kind=Categorical(choices=("left", "right", "both", "none"))),
            Parameter(name="masked", kind=Binary()),
        ]
    )
    contexts = context_grid(space, "contrast", {"masked": True}, 3)
    assert len(contexts) == context_count(space, "contrast", {"masked": True}, 3) == 3 * 3 * 2 * 4
    assert {name: sorted({c[name] for c in contexts}) for name in contexts[0]} == {
        "size": [0.0, 5.0, 10.0],
        "dots": [1, 50, 100],
        "level": [1.0, 2.0],
        "eye": ["both", "left", "none", "right"],
    }
    assert context_grid(space, "contrast", {"masked": True, "eye": "left", "level": 1.0}, 1) == [
        {"size": 5.0, "dots": 50}
    ]
    assert context_grid(SPACE, "contrast", {"size": 1.0}, 20) == [{}]


def test_matrices_that_are_no_covariance_have_no_root():
    with pytest.raises(ArithmeticError):
        gaussian_root(torch.tensor([[1.0, 2.0], [2.0, 1.0]], dtype=torch.float64))
