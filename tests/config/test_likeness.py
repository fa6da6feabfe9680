from dataclasses import replace

import pytest

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.likeness import differences

CONTRAST = parameter.Parameter(name="contrast", kind=parameter.Continuous(lower_bound=0, upper_bound=1))
SIZE = parameter.Parameter(name="size", kind=parameter.Integer(lower_bound=1, upper_bound=8))
EYE = parameter.Parameter(name="eye", kind=parameter.Fixed(value="left"))
SEEN = outcome.Outcome(name="seen", kind=outcome.Binary(guess_rate=0.5, lapse_rate=0.02, target=0.74))
SURE = outcome.Outcome(name="sure", kind=outcome.Ordinal(levels=5))
TIME = outcome.Outcome(name="time", kind=outcome.Continuous(unit="s"))
CONFIG = ExperimentConfig(
    parameters=(CONTRAST, SIZE, EYE),
    outcomes=(SEEN, SURE, TIME),
    strategies=(Strategy(name="s", generator=Component(name="sobol"), stopping=Stopping(min_asks=1)),),
    intensity_parameter="contrast",
)


def found(learned=("seen", "sure", "time"), **changes):
    return differences(replace(CONFIG, **changes), CONFIG, learned)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "pilot", "seed": 3, "labels": {"a": "b"}, "strategies": (), "allow_out_of_bounds": True},
        {"parameters": (CONTRAST, SIZE, replace(EYE, kind=parameter.Fixed(value="right")))},
        {"parameters": (EYE, replace(CONTRAST, unit="%", description="Michelson"), SIZE)},
        {"outcomes": (TIME, replace(SEEN, kind=replace(SEEN.kind, target=0.6)), SURE)},
        {"outcomes": (SEEN, SURE, replace(TIME, kind=outcome.Continuous(unit="ms")))},
        {"constraints": (LinearConstraint(coefficients={"contrast": 1, "size": 1}, upper_bound=8),)},
    ],
)
def test_what_moves_no_stimulus_within_the_cube_may_differ(changes):
    assert found(**changes) == ()


def test_the_target_of_a_proportion_may_differ():
    there, here, fewer = (
        replace(CONFIG, outcomes=(replace(SEEN, kind=outcome.Proportion(trials=trials, target=target)),))
        for trials, target in ((8, 0.5), (8, 0.7), (6, 0.7))
    )
    assert differences(there, here, ("seen",)) == ()
    assert differences(fewer, here, ("seen",))


def other(item, **changes):
    return replace(item, kind=replace(item.kind, **changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stimuli_per_trial": 2}, "a trial shows 2 stimuli there, 1 here"),
        ({"intensity_parameter": ""}, 'the intensity_parameter is none there, "contrast" here'),
        ({"parameters": (SIZE, CONTRAST)}, "the parameters that vary are size, contrast there, contrast, size here"),
        ({"parameters": (CONTRAST, EYE)}, "the parameters that vary are contrast there, contrast, size here"),
        (
            {"parameters": (other(CONTRAST, lower_bound=0.01, log_scale=True), SIZE)},
            'the parameter "contrast" is 0.01 to 1, on a log scale there, 0 to 1 here',
        ),
        (
            {"outcomes": (other(SEEN, guess_rate=0.25), SURE, TIME)},
            'the outcome "seen" is binary with guess_rate 0.25 and lapse_rate 0.02 there, '
            "binary with guess_rate 0.5 and lapse_rate 0.02 here",
        ),
        (
            {"outcomes": (SEEN, other(SURE, levels=7), TIME)},
            'the outcome "sure" is ordinal with 7 levels there, ordinal with 5 levels here',
        ),
        (
            {"outcomes": (SEEN, replace(SURE, kind=TIME.kind), TIME)},
            'the outcome "sure" is continuous there, ordinal with 5 levels here',
        ),
        ({"outcomes": (SEEN, SURE)}, 'there is no outcome "time" there, only seen, sure'),
    ],
)
def test_what_changes_the_meaning_of_hyperparameters_is_said(changes, said):
    assert found(**changes) == (said,)


def test_outcomes_that_nothing_learns_from_may_differ():
    assert found(learned=("seen",), outcomes=(SEEN,)) == ()


def test_everything_that_differs_is_said():
    assert len(found(stimuli_per_trial=2, intensity_parameter="size", parameters=(SIZE,), outcomes=(SEEN,))) == 5
