"""Whether an earlier experiment's observations mean the same in another one."""

from dataclasses import replace

import pytest

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.carrying import misfits
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy

CONTRAST = parameter.Parameter(name="contrast", kind=parameter.Continuous(lower_bound=0, upper_bound=1))
SIZE = parameter.Parameter(name="size", unit="px", kind=parameter.Integer(lower_bound=1, upper_bound=8))
EYE = parameter.Parameter(name="eye", kind=parameter.Fixed(value="left"))
SEEN = outcome.Outcome(name="seen", kind=outcome.Binary(guess_rate=0.5, lapse_rate=0.02, target=0.74))
TIME = outcome.Outcome(name="time", kind=outcome.Continuous(unit="s"))
CONFIG = ExperimentConfig(
    parameters=(CONTRAST, SIZE, EYE),
    outcomes=(SEEN, TIME),
    strategies=(Strategy(name="s", generator=Component(name="sobol"), stopping=Stopping(min_asks=1)),),
    intensity_parameter="contrast",
)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "pilot", "intensity_parameter": "", "strategies": ()},
        {"parameters": (EYE, SIZE, CONTRAST)},
        {"parameters": (replace(CONTRAST, kind=parameter.Continuous(lower_bound=0.1, upper_bound=9)), SIZE)},
        {"parameters": (CONTRAST, replace(SIZE, unit=""), EYE)},
        {"parameters": (CONTRAST, SIZE, EYE, parameter.Parameter(name="room", kind=parameter.Fixed(value="a")))},
        {"outcomes": (replace(SEEN, kind=replace(SEEN.kind, target=0.6)), TIME, replace(SEEN, name="sure"))},
        {"outcomes": (SEEN, replace(TIME, kind=outcome.Continuous(unit="")))},
    ],
)
def test_what_does_not_change_the_meaning_may_differ(changes):
    assert misfits(replace(CONFIG, **changes), CONFIG) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stimuli_per_trial": 2}, ["A trial shows 2 stimuli there, 1 here."]),
        (
            {"parameters": (replace(CONTRAST, name="contrst"), SIZE, EYE)},
            [
                'There is no parameter "contrast" there, only contrst, size, eye. Did you mean "contrst"?',
                'The parameter "contrst" varies there, and there is none here, only contrast, size, eye. '
                'Did you mean "contrast"?',
            ],
        ),
        (
            {"parameters": (CONTRAST, replace(SIZE, unit="deg"), EYE)},
            ['The parameter "size" is in "deg" there, in "px" here.'],
        ),
        (
            {"outcomes": (replace(SEEN, name="sean"), replace(TIME, kind=outcome.Continuous(unit="ms")))},
            [
                'There is no outcome "seen" there, only sean, time. Did you mean "sean"?',
                'The outcome "time" is in "ms" there, in "s" here.',
            ],
        ),
        (
            {"outcomes": (replace(SEEN, kind=replace(SEEN.kind, guess_rate=0.25)), TIME)},
            [
                'The outcome "seen" is binary with guess_rate 0.25 and lapse_rate 0.02 there, '
                "binary with guess_rate 0.5 and lapse_rate 0.02 here."
            ],
        ),
        (
            {"outcomes": (SEEN, replace(TIME, kind=outcome.Ordinal(levels=3)))},
            ['The outcome "time" is ordinal with 3 levels there, continuous here.'],
        ),
    ],
)
def test_everything_that_changes_the_meaning_is_named(changes, said):
    assert list(misfits(replace(CONFIG, **changes), CONFIG)) == said
