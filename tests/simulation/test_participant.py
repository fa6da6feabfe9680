import numpy as np
import pytest
import torch
from study import EAR, HEARD, LEVEL, PITCH

from aepsych_grpc.config.outcome import Proportion
from aepsych_grpc.config.parameter import Discrete, Parameter
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.simulation.participant import random_participant

SPACE = Space((LEVEL, EAR, PITCH))


def draw(seed, space=SPACE, widths=(0.1, 0.4)):
    return random_participant(space, "level", HEARD.kind, widths=widths, rng=np.random.default_rng(seed))


def test_responses_reach_the_target_at_the_threshold_and_stay_between_guessing_and_lapsing():
    participant = draw(1)
    X = SPACE.snap(sobol_points(3, 200, seed=0))
    at = X.clone()
    at[:, 0] = participant.threshold(X)
    assert participant.probability(at).tolist() == pytest.approx([0.75] * 200)
    p = participant.probability(X)
    assert 0.5 <= p.min() <= p.max() <= 0.98


def test_the_response_rises_by_eight_tenths_of_its_way_within_the_width():
    participant = draw(2, widths=(0.25, 0.25))
    x = torch.rand(1, 3, dtype=torch.float64).repeat(10_001, 1)
    x[:, 0] = torch.linspace(-1, 2, 10_001, dtype=torch.float64)
    share = (participant.probability(x) - 0.5) / 0.48
    low, high = (x[torch.searchsorted(share, torch.tensor(q, dtype=torch.float64)), 0] for q in (0.1, 0.9))
    assert (high - low).item() == pytest.approx(0.25, abs=1e-3)


def test_thresholds_differ_between_participants_contexts_and_categories():
    X = SPACE.snap(sobol_points(3, 64, seed=0))
    thresholds = torch.stack([draw(seed).threshold(X) for seed in range(60)])
    assert 0.1 < thresholds.min() < 0.3 < 0.7 < thresholds.max() < 0.9
    assert 0.03 < thresholds.std(dim=1).mean() < 0.25
    left, right = X.clone(), X.clone()
    left[:, 1], right[:, 1] = 0.25, 0.75
    participant = draw(0)
    assert (participant.threshold(left) - participant.threshold(right)).abs().min() > 0.01


def test_the_threshold_does_not_depend_on_the_intensity_shown():
    X = sobol_points(3, 16, seed=0)
    moved = X.clone()
    moved[:, 0] = 0.5
    assert torch.equal(draw(3).threshold(X), draw(3).threshold(moved))


def test_widths_lie_between_their_bounds():
    widths = [draw(seed).width for seed in range(200)]
    assert 0.1 <= min(widths) < 0.12
    assert 0.35 < max(widths) <= 0.4


def test_thresholds_of_discrete_intensities_lie_between_the_outermost_values():
    space = Space((Parameter(name="level", kind=Discrete(values=(0.0, 5.0, 10.0, 20.0))),))
    axis = space.axes[0]
    for seed in range(40):
        threshold = draw(seed, space).threshold(torch.full((1, 1), 0.5, dtype=torch.float64)).item()
        assert axis.first < threshold < axis.last


def test_a_proportion_is_a_count_of_presentations():
    kind = Proportion(trials=20, guess_rate=0.5, target=0.75)
    participant = random_participant(SPACE, "level", kind, widths=(0.2, 0.2), rng=np.random.default_rng(1))
    X = torch.tensor([[0.5, 0.25, 0.5]], dtype=torch.float64)
    X[:, 0] = participant.threshold(X)
    rng = np.random.default_rng(2)
    counts = [participant.respond(X, rng) for _ in range(2000)]
    assert np.mean(counts) == pytest.approx(15, abs=0.2)
    assert np.var(counts) == pytest.approx(20 * 0.75 * 0.25, rel=0.15)
