import math

import pytest
import torch

from aepsych_grpc.bench.discrimination_8d import DISCRIMINATION_8D
from aepsych_grpc.bench.hartmann6 import HARTMANN_6D, hartmann
from aepsych_grpc.bench.novel import DETECTION_2D, DISCRIMINATION_2D
from aepsych_grpc.bench.observers import standard_normal_cdf
from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.core.space.sobol import sobol_points


def points(*rows):
    return torch.tensor(rows, dtype=torch.float64)


@pytest.mark.parametrize("name", PROBLEMS)
def test_probabilities_lie_between_guessing_and_lapsing(name):
    problem = PROBLEMS[name]
    p = problem.probability(sobol_points(problem.space.d, 512, seed=0))
    assert p.shape == (512,)
    assert p.min() >= problem.outcome.guess_rate
    assert p.max() <= 1 - problem.outcome.lapse_rate
    assert 0.05 < (p <= problem.outcome.target).double().mean() < 0.7


@pytest.mark.parametrize("name", [name for name in PROBLEMS if PROBLEMS[name].intensity])
def test_responses_rise_along_the_intensity_and_cross_the_target_at_the_threshold(name):
    problem = PROBLEMS[name]
    space, index = problem.space, problem.space.index(problem.intensity)
    X = sobol_points(space.d, 16, seed=1)
    lines = X[:, None].repeat(1, 30, 1)
    lines[:, :, index] = torch.linspace(0, 1, 30, dtype=torch.float64)
    p = problem.probability(lines.flatten(0, 1)).reshape(16, 30)
    assert (p.diff(dim=1) >= -1e-12).all()
    threshold = problem.threshold(X)
    for row, value in zip(X, threshold.tolist(), strict=True):
        if math.isnan(value):
            continue
        at = row.clone()
        at[index] = space.axes[index].encode(value)
        assert problem.probability(at[None]).item() == pytest.approx(problem.outcome.target, abs=2e-3)


def test_novel_detection_at_points_worked_out_by_hand():
    # c(0) = 0.1 and c(1) = 2 (0.05 + 0.4 * 0.64) = 0.612
    p = DETECTION_2D.response(points([0, -0.9], [1, -0.388], [1, -1]))
    assert p.tolist() == pytest.approx([0.5, 0.5, standard_normal_cdf(-4)])
    # p = 0.75 at 1 + a = c (4 + 0.67449) / 4
    assert DETECTION_2D.threshold(points([1, 0])).item() == pytest.approx(-1 + 0.612 * 4.67449 / 4, abs=1e-4)


def test_novel_discrimination_starts_at_chance():
    p = DISCRIMINATION_2D.response(points([0.3, -1], [0, -0.95], [1, 0]))
    assert p.tolist() == pytest.approx([0.5, standard_normal_cdf(1), standard_normal_cdf(2 / 0.612)])


def test_discrimination_8d_at_a_point_worked_out_by_hand():
    # w = 0, q = 0: the wave is flat, t = h (2 - b) - 1
    t = 0.1 * 1.5 - 1
    stimulus = points([t, 0, 1, 0.1, 0.1, 0.5, 0, 1], [t + 0.1 * (2 + t), 0, 1, 0.1, 0.1, 0.5, 0, 1])
    p = DISCRIMINATION_8D.response(stimulus)
    assert p.tolist() == pytest.approx([0.75, 0.5 + 0.5 * standard_normal_cdf(1)])


def test_hartmann_is_highest_at_its_widest_overlap_and_vanishes_in_a_corner():
    X = sobol_points(6, 4096, seed=0)
    h = hartmann(X)
    assert 0 < h.min() < 1e-4
    assert 0.2 < h.max() < 0.4
    # at h = 0 the probability is Phi(3 - 2), at h = 1/30 it is 1/2
    assert HARTMANN_6D.response(X).max().item() == pytest.approx(standard_normal_cdf(1), abs=1e-3)
    nearest = (h - 1 / 30).abs().argmin()
    assert HARTMANN_6D.response(X[nearest][None]).item() == pytest.approx(0.5, abs=0.01)


def test_a_threshold_that_lies_out_of_bounds_is_not_a_number():
    problem = PROBLEMS["contrast-6d"]
    # 16 cycles/degree, 20 Hz, 10 degrees out, tiny and dark: invisible at any contrast
    assert problem.threshold(points([0.5, 1, 1, 1, 0, 0])).isnan().all()
