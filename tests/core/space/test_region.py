"""Regions of the space: what is wrong with them, and the points that stand for them."""

import pytest
import torch

from aepsych_grpc.config import parameter
from aepsych_grpc.config.parameter import Parameter
from aepsych_grpc.core.space.region import check_region, region_points, spread_points
from aepsych_grpc.core.space.space import Space

PARAMETERS = (
    Parameter(name="contrast", kind=parameter.Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
    Parameter(name="flashes", kind=parameter.Integer(lower_bound=1, upper_bound=10)),
    Parameter(name="eye", kind=parameter.Categorical(choices=("left", "right"))),
    Parameter(name="hz", kind=parameter.Fixed(value=8)),
)
SPACE = Space(PARAMETERS)


def test_a_whole_stimulus_is_one_point():
    stimulus = {"contrast": 0.1, "flashes": 3, "eye": "right"}
    assert torch.equal(region_points(SPACE, stimulus), SPACE.encode([stimulus]))


def test_what_is_left_out_takes_all_of_its_values_from_edge_to_edge():
    points = region_points(SPACE, {"contrast": 0.01, "hz": 8})
    stimuli = SPACE.decode(points)
    assert 8 <= len(points) <= 16
    assert {stimulus["contrast"] for stimulus in stimuli} == {0.01}
    assert {stimulus["eye"] for stimulus in stimuli} == {"left", "right"}
    assert {1, 10} <= {stimulus["flashes"] for stimulus in stimuli}
    assert torch.equal(points, region_points(SPACE, {"contrast": 0.01}))


def test_a_range_is_filled_and_kept():
    stimuli = SPACE.decode(region_points(SPACE, {"contrast": [0.1, 0.5], "flashes": (2, 4), "eye": "left"}))
    assert min(stimulus["contrast"] for stimulus in stimuli) == pytest.approx(0.1)
    assert max(stimulus["contrast"] for stimulus in stimuli) == pytest.approx(0.5)
    assert {stimulus["flashes"] for stimulus in stimuli} == {2, 3, 4}


def test_everything_has_at_most_24_points():
    assert len(region_points(Space(PARAMETERS[:1] * 1), {})) == 8
    many = Space([Parameter(name=f"x{i}", kind=parameter.Continuous(lower_bound=0, upper_bound=1)) for i in range(9)])
    assert len(region_points(many, {"x3": 0.5})) == 24


def test_spread_points_reach_every_face():
    points = spread_points(5, 9, seed=3)
    assert torch.equal(points.amin(0), torch.zeros(5, dtype=torch.float64))
    assert torch.equal(points.amax(0), torch.ones(5, dtype=torch.float64))


@pytest.mark.parametrize(
    ("region", "names"),
    [
        ({}, []),
        ({"contrast": [0.1, 1], "flashes": 3.0, "eye": "left", "hz": 8}, []),
        ({"contrst": 0.1}, ["contrst"]),
        ({"contrst": [0.1, 1]}, ["contrst"]),
        ({"contrast": 2}, ["contrast"]),
        ({"contrast": [0.001, 2]}, ["contrast"]),
        ({"contrast": [0.5, 0.1]}, ["contrast"]),
        ({"contrast": [0.1, 0.1]}, ["contrast"]),
        ({"contrast": [0.1]}, ["contrast"]),
        ({"contrast": ["low", "high"]}, ["contrast"]),
        ({"eye": ["left", "right"]}, ["eye"]),
        ({"flashes": [1, 2.5], "hz": 9}, ["flashes", "hz"]),
    ],
)
def test_mistakes_are_found_where_they_are(region, names):
    assert [one.path for one in check_region(PARAMETERS, region, "at")] == [f"at.{name}" for name in names]
