import numpy as np
import pytest
import torch

from aepsych_grpc.config.parameter import Categorical, Continuous, Integer, Parameter
from aepsych_grpc.core.space.search import search
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="x", kind=Continuous(lower_bound=0, upper_bound=1)),
        Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=5)),
        Parameter(name="eye", kind=Categorical(choices=("left", "right", "both"))),
    ]
)
PEAK = SPACE.encode([{"x": 0.637, "dots": 2, "eye": "both"}])[0]


def score(X):
    return -(X - PEAK).square().sum(1)


def find(fixed=None, steps=(0.12, 0.04), candidates=64, goal=score):
    rng = np.random.default_rng(1)
    return search(goal, SPACE, fixed or {}, rng, candidates=candidates, steps=steps)


def test_refinement_closes_in_on_the_peak():
    coarse, fine = find(steps=()), find(steps=(0.12, 0.04, 0.01, 0.003))
    assert fine.score > coarse.score
    (stimulus,) = SPACE.decode(fine.point[None])
    assert (stimulus["dots"], stimulus["eye"]) == (2, "both")
    assert stimulus["x"] == pytest.approx(0.637, abs=0.003)


def test_held_values_stay():
    found = find({"eye": "left", "x": 0.1})
    assert SPACE.decode(found.point[None]) == [{"x": 0.1, "dots": 2, "eye": "left"}]


def test_only_points_that_stand_for_stimuli_are_scored():
    seen = []

    def spy(X):
        seen.append(X)
        return score(X)

    find(goal=spy)
    scored = torch.cat(seen)
    assert len(scored) == 64 + 2 * 72
    assert torch.equal(SPACE.snap(scored), scored)


def test_the_score_found_is_that_of_the_point():
    found = find()
    assert found.score == score(found.point[None]).item()


def test_points_without_a_number_for_a_score_are_passed_over():
    found = find(goal=lambda X: torch.where(X[:, 0] > 0.5, torch.nan, score(X)))
    assert found.point[0] <= 0.5
    with pytest.raises(ArithmeticError):
        find(goal=lambda X: torch.full((len(X),), torch.inf))
