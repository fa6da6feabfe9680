import math

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Categorical, Continuous, Discrete, Fixed, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request, Source, Told
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
        Parameter(name="angle", kind=Continuous(lower_bound=-90, upper_bound=90)),
        Parameter(name="screen", kind=Fixed(value=2)),
        Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
    ]
)
CONTEXT = {"angle": 0, "eye": "left"}


def build(space=SPACE, kind=None, stimuli_per_trial=1, intensity="contrast", **options):
    read, violations = read_options(GENERATORS["staircase"].options, options, "options")
    assert not violations
    context = GeneratorContext(
        space=space,
        stimuli_per_trial=stimuli_per_trial,
        outcome=kind or outcome.Binary(guess_rate=0.5, target=0.75),
        intensity_parameter=intensity,
    )
    return GENERATORS["staircase"].build(context, read)


def request(told=(), count=1, **fixed):
    pending = torch.empty(0, 1, 3, dtype=torch.float64)
    return Request(count=count, index=len(told), seed=7, fixed=fixed, pending=pending, told=tuple(told))


def climb(generator, responses, space=SPACE, name="contrast", told=(), **fixed):
    """Return the levels shown while giving responses, and what was told in the end."""
    told, levels = list(told), []
    for response in (*responses, None):
        choice = generator.generate(request(told, **fixed))
        assert choice.source is Source.RULE
        (stimulus,) = space.decode(choice.points[:, 0])
        levels.append(stimulus[name])
        if response is not None:
            told.append(Told((stimulus,), float(response)))
    return levels, told


def test_two_down_one_up_with_steps_that_shrink_at_reversals():
    generator = build(steps=[2, math.sqrt(2)], context=CONTEXT)
    levels, _ = climb(generator, [1, 1, 1, 0, 1, 1, 1, 1])
    r = math.sqrt(2)
    assert levels == pytest.approx([1, 1, 0.5, 0.5, 0.5 * r, 0.5 * r, 0.5, 0.5, 0.5 / r])


def test_counting_starts_anew_after_a_step_and_after_the_other_response():
    others = {"contrast": 0.1, "eye": "left"}
    generator = build(steps=[10], context=others, parameter="angle", start=0, down=3, up=2)
    levels, _ = climb(generator, [1, 1, 0, 1, 1, 1, 0, 1, 0, 0, 0], name="angle")
    assert levels == [0, 0, 0, 0, 0, 0, -10, -10, -10, -10, 0, 0]


def test_levels_stay_within_the_bounds():
    generator = build(steps=[10], context=CONTEXT, down=1)
    assert climb(generator, [0, 1, 1, 1, 1, 0])[0] == pytest.approx([1, 1, 0.1, 0.01, 0.01, 0.01, 0.1])


def test_small_steps_add_up_between_the_values_that_there_are():
    space = Space([Parameter(name="level", kind=Discrete(values=(1.0, 2.0, 4.0, 8.0), log_scale=True))])
    generator = build(space, steps=[2**0.4], down=1, intensity="level")
    assert climb(generator, [1] * 6, space, "level")[0] == [8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize(
    ("options", "settles_at"),
    [
        ({"down": 1}, 0.5),
        ({"down": 2}, 0.5**0.5),
        ({"down": 3}, 0.5 ** (1 / 3)),
        ({"down": 1, "up_ratio": 3.0}, 0.75),
    ],
)
def test_it_settles_where_the_theory_says(options, settles_at):
    space = Space([Parameter(name="level", kind=Continuous(lower_bound=-4, upper_bound=4))])
    generator = build(space, steps=[0.1 if "up_ratio" not in options else 0.05], start=0, intensity="level", **options)
    rng, told, p = np.random.default_rng(1), [], []
    for i in range(600):
        (stimulus,) = space.decode(generator.generate(request(told)).points[:, 0])
        chance = 1 / (1 + math.exp(-stimulus["level"]))
        told.append(Told((stimulus,), float(rng.random() < chance)))
        p.append(chance if i >= 100 else math.nan)
    assert np.nanmean(p) == pytest.approx(settles_at, abs=0.04)


def test_every_setting_of_the_others_has_a_staircase_of_its_own():
    generator = build(steps=[2], context=CONTEXT, down=1, reversals=2)
    levels, told = climb(generator, [1, 1])
    assert levels == pytest.approx([1, 0.5, 0.25])
    right, told = climb(generator, [1, 0], told=told, eye="right")
    assert right == pytest.approx([1, 0.5, 1])
    levels, told = climb(generator, [0, 1], told=told)
    assert levels == pytest.approx([0.25, 0.5, 0.25])
    assert not generator.has_ended(told)
    _, told = climb(generator, [1], told=told, eye="right")
    assert generator.has_ended(told)


def test_trials_asked_together_are_alike_and_fixed_values_hold():
    choice = build(steps=[2], context=CONTEXT).generate(request(count=3, angle=30, contrast=0.3))
    stimuli = SPACE.decode(choice.points[:, 0])
    assert stimuli == [{"contrast": 0.3, "angle": 30.0, "screen": 2, "eye": "left"}] * 3


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({"steps": [0.5], "context": CONTEXT}, ["options.steps[0]"]),
        ({"steps": [], "context": CONTEXT}, ["options.steps"]),
        ({"steps": [2], "start": 3, "context": CONTEXT}, ["options.start"]),
        ({"steps": [2]}, ["options.context.angle", "options.context.eye"]),
        ({"steps": [2], "context": CONTEXT | {"contrast": 1}}, ["options.context.contrast"]),
        ({"steps": [2], "parameter": "eye"}, ["options.parameter"]),
        ({"steps": [2], "intensity": "", "context": CONTEXT}, ["options.parameter"]),
        ({"steps": [2], "context": CONTEXT, "stimuli_per_trial": 2}, ["name"]),
        ({"steps": [2], "context": CONTEXT, "kind": outcome.Continuous()}, ["name"]),
    ],
)
def test_staircases_that_lead_nowhere_are_refused(options, paths):
    with pytest.raises(InvalidConfigError) as caught:
        build(**options)
    assert [violation.path for violation in caught.value.violations] == paths
