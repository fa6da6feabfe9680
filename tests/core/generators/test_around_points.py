import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Categorical, Continuous, Discrete, Integer, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request, Source
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
        Parameter(name="angle", kind=Continuous(lower_bound=-90, upper_bound=90)),
        Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=20)),
        Parameter(name="size", kind=Discrete(values=(1.0, 2.0, 5.0, 10.0))),
        Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
    ]
)
POINT = {"contrast": 0.1, "angle": 80, "dots": 3, "size": 2, "eye": "right"}
WINDOW = {"contrast": 2, "angle": 20, "dots": 2, "size": 3}


def build(stimuli_per_trial=1, **options):
    read, violations = read_options(GENERATORS["around_points"].options, options, "options")
    assert not violations
    context = GeneratorContext(space=SPACE, stimuli_per_trial=stimuli_per_trial)
    return GENERATORS["around_points"].build(context, read)


def request(count, index=0, seed=7, **fixed):
    return Request(count=count, index=index, seed=seed, fixed=fixed, pending=torch.empty(0, 1, 5))


def test_trials_fill_the_window_within_the_bounds():
    generator = build(points=[POINT], window=WINDOW, samples_per_point=64)
    assert generator.limit == 64
    choice = generator.generate(request(64))
    assert choice.source is Source.SOBOL
    assert torch.equal(SPACE.snap(choice.points), choice.points)
    stimuli = SPACE.decode(choice.points[:, 0])
    contrasts = sorted(s["contrast"] for s in stimuli)
    assert 0.05 <= contrasts[0] < 0.053 < 0.19 < contrasts[-1] <= 0.2
    assert contrasts[31] == pytest.approx(0.1, rel=0.05)
    angles = sorted(s["angle"] for s in stimuli)
    assert 60 <= angles[0] < 61 < 89 < angles[-1] <= 90
    counts = [sum(s["dots"] == dots for s in stimuli) for dots in range(1, 6)]
    assert sum(counts) == 64
    assert max(counts) - min(counts) <= 2
    assert {s["size"] for s in stimuli} == {1.0, 2.0, 5.0}
    assert {s["eye"] for s in stimuli} == {"right"}


@given(st.integers(0, 2**31 - 1), st.booleans())
def test_a_trial_is_a_function_of_seed_and_index(seed, shuffle):
    far = POINT | {"contrast": 0.9, "angle": -90}
    generator = build(points=[POINT, far], window={"contrast": 1.5}, samples_per_point=4, shuffle=shuffle)
    together = generator.generate(request(20, seed=seed)).points
    assert len(together) == 8
    assert torch.equal(together, torch.cat([generator.generate(request(1, i, seed)).points for i in range(8)]))
    near = [stimulus["angle"] == 80 for stimulus in SPACE.decode(together[:, 0])]
    assert near == [True] * 4 + [False] * 4 if not shuffle else sum(near) == 4


def test_fixed_values_hold_and_trials_of_two_stimuli_stay_together():
    generator = build(2, points=[POINT, POINT | {"eye": "left"}], window=WINDOW, samples_per_point=6)
    choice = generator.generate(request(9, angle=-45))
    assert choice.points.shape == (6, 2, 5)
    for right, left in map(SPACE.decode, choice.points):
        assert (right["eye"], left["eye"]) == ("right", "left")
        assert right["angle"] == left["angle"] == -45
        assert right["contrast"] != left["contrast"]


@pytest.mark.parametrize(
    ("window", "path", "message"),
    [
        ({}, "options.window", "possible: contrast, angle, dots, size"),
        ({"contrst": 2}, "options.window.contrst", 'Did you mean "contrast"?'),
        ({"eye": 1}, "options.window.eye", "has no window"),
        ({"contrast": 0.5}, "options.window.contrast", "a factor above 1"),
        ({"angle": 0}, "options.window.angle", "a number above 0"),
        ({"dots": True}, "options.window.dots", "true is given"),
    ],
)
def test_windows_that_mean_nothing_are_refused(window, path, message):
    with pytest.raises(InvalidConfigError) as caught:
        build(points=[POINT], window=window)
    (violation,) = caught.value.violations
    assert violation.path == path
    assert message in violation.message
