import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.client.values import ValueReader, to_stimulus, to_value, to_values
from aepsych_grpc.v1.config_pb2 import ExperimentConfig, Outcome, Parameter

KINDS = {
    "continuous": st.floats(allow_nan=False, allow_infinity=False),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "binary": st.booleans(),
    "categorical": st.text(max_size=20),
    "discrete": st.floats(-1e9, 1e9),
}


def reader(**kinds):
    parameters = []
    for name, kind in kinds.items():
        item = Parameter(name=name)
        getattr(item, kind).SetInParent()
        parameters.append(item)
    outcomes = [Outcome(name="seen"), Outcome(name="size")]
    outcomes[0].binary.SetInParent()
    outcomes[1].continuous.SetInParent()
    return ValueReader(ExperimentConfig(parameters=parameters, outcomes=outcomes))


@given(st.fixed_dictionaries(KINDS))
def test_a_stimulus_comes_back_as_it_went(stimulus):
    returned = reader(**{kind: kind for kind in KINDS}).stimulus(to_stimulus(stimulus))
    assert returned == stimulus
    assert {name: type(value) for name, value in returned.items()} == {k: type(v) for k, v in stimulus.items()}


@given(st.permutations(sorted(KINDS)))
def test_a_stimulus_has_the_order_of_the_config(names):
    read = reader(**{name: name for name in names})
    assert list(read.stimulus(to_stimulus(dict.fromkeys(sorted(names), 1)))) == list(names)


@pytest.mark.parametrize("given", [np.float32(0.5), np.int64(3), 1, 0.1])
def test_numbers_of_any_kind_are_numbers(given):
    assert to_value(given).WhichOneof("kind") == "number_value"
    assert to_value(given).number_value == given


@pytest.mark.parametrize("given", [np.bool_(True), True])
def test_bools_of_any_kind_are_bools(given):
    assert to_value(given).WhichOneof("kind") == "bool_value"


@pytest.mark.parametrize("given", [None, [0.1], {"a": 1}, b"x", np.array([1.0, 2.0])])
def test_what_is_no_value_is_refused(given):
    with pytest.raises((TypeError, ValueError)):
        to_value(given)


def test_zero_and_one_read_as_bools_for_binary_parameters():
    assert reader(eye="binary").stimulus(to_stimulus({"eye": 1})) == {"eye": True}


def test_outcomes_are_whole_unless_continuous():
    outcomes = reader().outcomes(to_values({"size": 2, "seen": True}))
    assert list(outcomes.items()) == [("seen", 1), ("size", 2.0)]
    assert [type(value) for value in outcomes.values()] == [int, float]


def test_names_that_the_config_does_not_have_are_kept():
    assert reader(a="continuous").stimulus(to_stimulus({"z": 1, "a": 2})) == {"a": 2.0, "z": 1.0}
