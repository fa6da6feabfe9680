import math

import pytest
import torch
from scipy.stats import norm

from aepsych_grpc.bench.metrics import brier_score, coverage, level_set_brier_score, log_loss, threshold_rmse


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_level_set_brier_score_of_certainty_and_ignorance():
    p = tensor(0.2, 0.6, 0.75, 0.9)
    assert level_set_brier_score(p, 0.75, tensor(1, 1, 1, 0)) == 0
    assert level_set_brier_score(p, 0.75, tensor(0.5, 0.5, 0.5, 0.5)) == 0.5
    assert level_set_brier_score(p, 0.75, tensor(0, 0, 0, 1)) == 2


def test_thresholds_that_do_not_exist_count_for_nothing():
    truth = tensor(1.0, math.nan, 3.0)
    assert threshold_rmse(truth, tensor(1.0, 9.0, 5.0)) == pytest.approx(math.sqrt(2))
    assert coverage(truth, tensor(0, 0, 4), tensor(2, 2, 6)) == 0.5


def test_log_loss_and_brier_score_are_least_at_the_truth():
    y = tensor(0.3)
    for score in (log_loss, brier_score):
        assert score(y, tensor(0.3)) < min(score(y, tensor(0.2)), score(y, tensor(0.4)))
    assert log_loss(tensor(1.0, 0.0), tensor(0.5, 0.5)) == pytest.approx(math.log(2))
    assert log_loss(tensor(1.0), tensor(0.0)) == pytest.approx(-math.log(1e-6))


def test_intervals_of_the_right_width_cover_at_their_level():
    torch.manual_seed(0)
    truth = torch.randn(4000, dtype=torch.float64)
    half = norm.ppf(0.95)
    bounds = torch.full_like(truth, half)
    assert coverage(truth, -bounds, bounds) == pytest.approx(0.9, abs=0.02)
