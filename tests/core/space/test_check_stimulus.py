import math

import pytest

from aepsych_grpc.config.parameter import Binary, Categorical, Continuous, Discrete, Fixed, Integer, Parameter
from aepsych_grpc.core.space.check import check_stimuli, check_stimulus

PARAMETERS = (
    Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
    Parameter(name="dots", kind=Integer(lower_bound=2, upper_bound=9)),
    Parameter(name="masked", kind=Binary()),
    Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
    Parameter(name="level", kind=Discrete(values=(0.1, 0.2, 0.5))),
    Parameter(name="screen", kind=Fixed(value=2)),
)
STIMULUS = {"contrast": 0.3, "dots": 3.0, "masked": 1, "eye": "left", "level": 0.2}


def check(**changes):
    given = {name: value for name, value in (STIMULUS | changes).items() if value != "leave out"}
    return check_stimulus(PARAMETERS, given, "stimuli[0]")


def test_a_right_stimulus_gets_its_own_types_and_the_fixed_values():
    checked = check(contrast=1)
    assert checked.valid
    assert checked.values == {
        "contrast": 1.0, "dots": 3, "masked": True, "eye": "left", "level": 0.2, "screen": 2,
    }  # fmt: skip
    assert [type(value) for value in checked.values.values()] == [float, int, bool, str, float, int]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dots": 3.5}, "3.5 is given; expected is a whole number from 2 to 9."),
        ({"dots": "3"}, '"3" is given; expected is a whole number from 2 to 9.'),
        ({"contrast": math.nan}, "Nan is given; expected is a number from 0.002 to 1."),
        ({"contrast": -math.inf}, "-inf is given; expected is a number from 0.002 to 1."),
        ({"contrast": 10**400}, f"{10**400} is given; expected is a number from 0.002 to 1."),
        ({"contrast": True}, "True is given; expected is a number from 0.002 to 1."),
        ({"contrast": None}, "Nothing is given; expected is a number from 0.002 to 1."),
        ({"contrast": [0.3]}, "A list is given; expected is a number from 0.002 to 1."),
        ({"contrast": "leave out"}, "Required: a number from 0.002 to 1."),
        ({"masked": 2}, "2 is given; expected is true or false."),
        ({"masked": "true"}, '"true" is given; expected is true or false.'),
        ({"eye": "rihgt"}, '"rihgt" is given; expected is one of "left", "right". Did you mean "right"?'),
        ({"eye": 0}, '0 is given; expected is one of "left", "right".'),
        ({"screen": None}, "Nothing is given; expected is 2, the value that the config fixes."),
    ],
)
def test_malformed_values_say_what_was_given_and_what_is_allowed(changes, message):
    checked = check(**changes)
    (violation,) = checked.malformed
    assert (violation.path, violation.message) == (f"stimuli[0].{next(iter(changes))}", message)
    assert not checked.out_of_bounds
    assert not checked.valid


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contrast": 1.5}, "1.5 is given; expected is a number from 0.002 to 1."),
        ({"contrast": 0}, "0 is given; expected is a number from 0.002 to 1."),
        ({"dots": 1}, "1 is given; expected is a whole number from 2 to 9."),
        ({"level": 0.3}, "0.3 is given; expected is one of 0.1, 0.2, 0.5."),
        ({"screen": 3}, "3 is given; expected is 2, the value that the config fixes."),
    ],
)
def test_values_out_of_bounds_are_told_apart(changes, message):
    checked = check(**changes)
    (violation,) = checked.out_of_bounds
    assert (violation.path, violation.message) == (f"stimuli[0].{next(iter(changes))}", message)
    assert not checked.malformed


def test_values_out_of_bounds_can_be_allowed():
    given = STIMULUS | {"contrast": 1.5, "dots": 40, "level": 0.3, "screen": 3}
    checked = check_stimulus(PARAMETERS, given, "s", allow_out_of_bounds=True)
    assert checked.valid
    assert checked.values == given | {"masked": True}


def test_a_log_scale_has_no_zero_even_when_out_of_bounds_is_allowed():
    checked = check_stimulus(PARAMETERS, STIMULUS | {"contrast": 0}, "s", allow_out_of_bounds=True)
    assert "above 0" in checked.malformed[0].message


def test_all_mistakes_are_found_at_once():
    checked = check_stimulus(PARAMETERS, {"contarst": 0.3, "dots": 1, "masked": 7, "eye": "left"}, "s")
    assert {violation.path for violation in checked.malformed} == {"s.contarst", "s.contrast", "s.masked", "s.level"}
    assert 'Did you mean "contrast"?' in checked.malformed[0].message
    assert [violation.path for violation in checked.out_of_bounds] == ["s.dots"]


def test_part_of_a_stimulus_can_be_checked():
    checked = check_stimulus(PARAMETERS, {"dots": 4.0}, "fixed_parameters", partial=True)
    assert checked.valid
    assert checked.values == {"dots": 4}


def test_long_lists_of_values_are_shortened():
    parameters = [Parameter(name="level", kind=Discrete(values=tuple(float(i) for i in range(100))))]
    (violation,) = check_stimulus(parameters, {"level": 0.5}, "s").out_of_bounds
    assert violation.message == "0.5 is given; expected is one of 0, 1, 2, 3, 4, 5, 6, ... 99."


def test_stimuli_are_checked_one_by_one():
    values, violations = check_stimuli(PARAMETERS, [STIMULUS, STIMULUS | {"dots": 1, "eye": "up"}], "points")
    assert values[0]["screen"] == 2
    assert [violation.path for violation in violations] == ["points[1].eye", "points[1].dots"]
