import numpy as np
import pytest
import torch

from aepsych_grpc.config.parameter import Continuous, Integer, Parameter
from aepsych_grpc.core.queries.just_noticeable_difference import just_noticeable_difference
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
        Parameter(name="size", kind=Continuous(lower_bound=0, upper_bound=10)),
    ]
)


def steps(readout, contrasts, parameter="contrast", space=SPACE, **values):
    stimuli = [{"contrast": contrast, "size": 5.0, **values} for contrast in contrasts]
    return just_noticeable_difference(readout, space, stimuli, parameter=parameter, level=0.9)


def test_a_straight_field_has_the_reciprocal_of_its_slope(known_gp):
    readout = [known_gp(slope=8.0, variance=1e-10)]
    for contrast, estimate in zip((0.02, 0.1, 0.3), steps(readout, (0.02, 0.1, 0.3)), strict=True):
        exact = contrast * (100 ** (1 / 8) - 1)
        assert estimate.mean == pytest.approx(exact, rel=1e-3)
        assert (estimate.lower, estimate.upper) == pytest.approx((exact, exact), rel=1e-3)


def test_near_the_upper_bound_the_step_ends_at_the_stimulus(known_gp):
    (estimate,) = steps([known_gp(slope=8.0, variance=1e-10)], [0.9])
    assert estimate.mean == pytest.approx(0.9 * (1 - 100 ** (-1 / 8)), rel=1e-3)


def test_where_the_field_falls_falling_counts(known_gp):
    (estimate,) = steps([known_gp(slope=-8.0, variance=1e-10)], [0.1])
    assert estimate.mean == pytest.approx(0.1 * (100 ** (1 / 8) - 1), rel=1e-3)


def test_a_field_that_never_changes_by_one_counts_as_far_as_the_bound(known_gp):
    (estimate,) = steps([known_gp(slope=0.5, variance=1e-10)], [0.1])
    assert estimate.mean == pytest.approx(0.9, rel=1e-6)


def test_a_gentle_field_agrees_with_finite_differences_of_its_mean(known_gp):
    belief = known_gp(n=60, slope=30.0, variance=0.05, lengthscale=1.0, noise=0.01)
    (estimate,) = steps([belief], [0.1])
    X, h = SPACE.encode([{"contrast": 0.1, "size": 5.0}]), 1e-4
    step = torch.tensor([[h, 0.0]], dtype=torch.float64)
    slope = ((belief.mean(X + step) - belief.mean(X - step)) / (2 * h)).item()
    assert estimate.mean == pytest.approx(0.1 * (100 ** (1 / slope) - 1), rel=0.03)


def test_means_and_intervals_are_those_of_draws_on_a_fine_grid(known_gp):
    readout = [known_gp(n=40, seed=seed, slope=slope, variance=0.5) for seed, slope in ((0, 8.0), (1, 6.0))]
    (estimate,) = steps(readout, [0.05])
    rng, sizes = np.random.default_rng(0), []
    (u0, v), u = SPACE.encode([{"contrast": 0.05, "size": 5.0}])[0].tolist(), None
    u = np.linspace(u0, 1, 200)
    line = torch.tensor([[a, v] for a in u], dtype=torch.float64)
    for posterior in readout:
        mean, covariance = (part.numpy() for part in posterior.joint(line))
        for f in rng.multivariate_normal(mean, covariance, 4000, method="eigh"):
            reached = np.flatnonzero(f >= f[0] + 1)
            end = u[reached[0]] if len(reached) else 1.0
            sizes.append(0.01 * 100**end - 0.05)
    assert estimate.mean == pytest.approx(np.mean(sizes), rel=0.03)
    assert estimate.variance == pytest.approx(np.var(sizes), rel=0.15)
    assert (estimate.lower, estimate.upper) == pytest.approx(tuple(np.quantile(sizes, [0.05, 0.95])), rel=0.08)


def test_steps_of_whole_numbers_are_fractions_of_them(known_gp):
    space = Space([Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=10)), SPACE.parameters[1]])
    stimuli = [{"dots": 3, "size": 5.0}]
    readout = [known_gp(slope=4.0, variance=1e-10)]
    (estimate,) = just_noticeable_difference(readout, space, stimuli, parameter="dots", level=0.9)
    assert estimate.mean == pytest.approx(10 / 4, rel=1e-3)


def test_many_stimuli_are_answered_like_one(known_gp):
    readout = [known_gp(slope=6.0, seed=seed) for seed in range(2)]
    contrasts = np.geomspace(0.02, 0.8, 70).tolist()
    together = steps(readout, contrasts)
    assert len(together) == 70
    for i in (0, 63, 64, 69):
        assert steps(readout, [contrasts[i]])[0].mean == pytest.approx(together[i].mean, rel=1e-9)
