import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.config.parameter import Binary, Categorical, Continuous, Discrete, Fixed, Integer, Kind, Parameter
from aepsych_grpc.core.space.axis import axis_of
from aepsych_grpc.core.space.space import Space

PARAMETERS = (
    Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
    Parameter(name="eye", kind=Categorical(choices=("left", "right", "both"))),
    Parameter(name="screen", kind=Fixed(value="lab-2")),
    Parameter(name="dots", kind=Integer(lower_bound=2, upper_bound=9)),
    Parameter(name="masked", kind=Binary()),
    Parameter(name="size", kind=Categorical(choices=("small", "medium", "large"), ordered=True)),
    Parameter(name="level", kind=Discrete(values=(0.1, 0.2, 0.5))),
    Parameter(name="angle", kind=Continuous(lower_bound=-90, upper_bound=90)),
)
SPACE = Space(PARAMETERS)
STIMULUS = {
    "contrast": 0.3,
    "eye": "both",
    "screen": "lab-2",
    "dots": 7,
    "masked": True,
    "size": "medium",
    "level": 0.5,
    "angle": -12.5,
}

finite = st.floats(-1e6, 1e6)


@st.composite
def kinds(draw: st.DrawFn) -> Kind:
    log_scale = draw(st.booleans())
    lowest = 1e-6 if log_scale else -1e6
    which = draw(st.sampled_from(["continuous", "integer", "discrete", "categorical", "binary"]))
    if which == "continuous":
        lower = draw(st.floats(lowest, 1e6))
        upper = draw(st.floats(lower, 2e6).filter(lambda x: x - lower > 1e-3 * max(1e-3, abs(lower))))
        return Continuous(lower_bound=lower, upper_bound=upper, log_scale=log_scale)
    if which == "integer":
        lower_int = draw(st.integers(1 if log_scale else -(2**31), 2**31 - 2))
        return Integer(
            lower_bound=lower_int, upper_bound=draw(st.integers(lower_int + 1, 2**31 - 1)), log_scale=log_scale
        )
    if which == "discrete":
        marks = draw(st.lists(st.integers(1 if log_scale else -1000, 1000), min_size=2, max_size=30, unique=True))
        return Discrete(values=tuple(mark / 8 for mark in sorted(marks)), log_scale=log_scale)
    if which == "categorical":
        count = draw(st.integers(2, 20))
        return Categorical(choices=tuple(f"c{i}" for i in range(count)), ordered=draw(st.booleans()))
    return Binary()


@st.composite
def kind_and_value(draw: st.DrawFn) -> tuple[Kind, object]:
    kind = draw(kinds())
    match kind:
        case Continuous(lower_bound=lower, upper_bound=upper):
            return kind, draw(st.floats(lower, upper))
        case Integer(lower_bound=lower, upper_bound=upper):
            return kind, draw(st.integers(lower, upper))
        case Discrete(values=values):
            return kind, draw(st.sampled_from(values))
        case Categorical(choices=choices):
            return kind, draw(st.sampled_from(choices))
        case _:
            return kind, draw(st.booleans())


def one(kind: Kind) -> Space:
    return Space([Parameter(name="x", kind=kind)])


def test_a_stimulus_survives_the_way_into_the_cube_and_back():
    assert SPACE.decode(SPACE.encode([STIMULUS])) == [STIMULUS]
    assert list(SPACE.decode(SPACE.encode([STIMULUS]))[0]) == [item.name for item in PARAMETERS]


def test_values_have_the_types_of_their_parameters():
    (stimulus,) = SPACE.decode(torch.rand(1, SPACE.d, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))
    assert {name: type(value) for name, value in stimulus.items()} == {
        name: type(value) for name, value in STIMULUS.items()
    }


def test_fixed_parameters_have_no_coordinate():
    assert SPACE.d == 7
    assert "screen" not in SPACE.names
    assert SPACE.index("dots") == 2
    with pytest.raises(KeyError):
        SPACE.index("screen")


def test_only_categories_without_order_are_unordered():
    assert SPACE.unordered == (SPACE.index("eye"),)


def test_no_stimuli_are_no_points():
    assert SPACE.encode([]).shape == (0, 7)
    assert SPACE.decode(torch.empty(0, 7, dtype=torch.float64)) == []


@given(kind_and_value())
def test_decode_undoes_encode(case):
    kind, value = case
    space = one(kind)
    (back,) = space.decode(space.encode([{"x": value}]))
    if isinstance(kind, Continuous):
        scale = abs(value) if kind.log_scale else kind.upper_bound - kind.lower_bound
        rounding = 1e-15 * max(abs(kind.lower_bound), abs(kind.upper_bound))
        assert abs(back["x"] - value) <= 1e-12 * scale + rounding
        assert kind.lower_bound <= back["x"] <= kind.upper_bound
    else:
        assert back["x"] == value
        assert type(back["x"]) is type(value)


@given(kinds(), st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=20))
def test_snap_is_idempotent_and_decodes_to_the_same(kind, coordinates):
    space = one(kind)
    X = torch.tensor(coordinates, dtype=torch.float64)[:, None]
    snapped = space.snap(X)
    assert torch.equal(space.snap(snapped), snapped)
    assert bool(((snapped >= 0) & (snapped <= 1)).all())
    assert space.decode(snapped) == space.decode(X)
    torch.testing.assert_close(space.encode(space.decode(snapped)), snapped, rtol=0, atol=1e-11)


@given(kinds())
def test_the_ends_of_the_cube_are_the_bounds(kind):
    space = one(kind)
    low, high = (stimulus["x"] for stimulus in space.decode(torch.tensor([[0.0], [1.0]], dtype=torch.float64)))
    match kind:
        case Continuous(lower_bound=lower, upper_bound=upper) | Integer(lower_bound=lower, upper_bound=upper):
            assert (low, high) == (lower, upper)
        case Discrete(values=values):
            assert (low, high) == (values[0], values[-1])
        case Categorical(choices=choices):
            assert (low, high) == (choices[0], choices[-1])
        case _:
            assert (low, high) == (False, True)


@pytest.mark.parametrize(
    "kind",
    [
        Integer(lower_bound=3, upper_bound=7),
        Discrete(values=(1.0, 1.5, 2.0, 2.5, 3.0)),
        Discrete(values=(1.0, 2.0, 4.0, 8.0, 16.0), log_scale=True),
        Categorical(choices=("a", "b", "c", "d", "e"), ordered=True),
        Categorical(choices=("a", "b", "c", "d", "e")),
    ],
)
def test_equally_spaced_values_have_equal_cells(kind):
    space = one(kind)
    X = ((torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)[:, None]
    values = [stimulus["x"] for stimulus in space.decode(X)]
    assert {value: values.count(value) for value in values} == dict.fromkeys(dict.fromkeys(values), 200)


def test_a_log_scale_halves_at_the_geometric_mean():
    space = one(Continuous(lower_bound=0.01, upper_bound=1, log_scale=True))
    assert space.decode(torch.tensor([[0.5]], dtype=torch.float64)) == [{"x": 0.1}]


def test_cells_of_whole_numbers_on_a_log_scale_end_half_way_between_them():
    axis = axis_of(Integer(lower_bound=1, upper_bound=100, log_scale=True))
    edge = (math.log(10.5) - math.log(0.5)) / (math.log(100.5) - math.log(0.5))
    assert [axis.decode(edge - 1e-9), axis.decode(edge + 1e-9)] == [10, 11]


def test_decimals_come_back_as_they_were_written():
    space = one(Continuous(lower_bound=0.002, upper_bound=1, log_scale=True))
    written = [i / 1000 for i in range(2, 1001)]
    assert [stimulus["x"] for stimulus in space.decode(space.encode([{"x": x} for x in written]))] == written


def test_values_out_of_bounds_are_extrapolated_or_clamped():
    encode = {item.name: axis_of(item.kind).encode for item in PARAMETERS if not isinstance(item.kind, Fixed)}
    assert encode["angle"](135) == pytest.approx(1.25)
    assert encode["contrast"](0.002 * math.sqrt(0.002)) == pytest.approx(-0.5)
    assert encode["angle"](1e300) == 2
    assert encode["dots"](40) == encode["dots"](9)
    assert encode["level"](0.3) == encode["level"](0.2)


def test_hold_sets_coordinates_and_leaves_the_rest():
    X = torch.full((2, 3, SPACE.d), 0.5, dtype=torch.float64)
    held = SPACE.hold(X, {"dots": 9, "eye": "left", "screen": "lab-2"})
    assert SPACE.decode(held[1])[2] | {"dots": 9, "eye": "left"} == SPACE.decode(held[1])[2]
    assert bool((X == 0.5).all())
    free = SPACE.free({"dots": 9, "eye": "left", "screen": "lab-2"})
    assert torch.equal(held[..., free], X[..., free])
    assert len(free) == 5


def test_numbers_between_the_values_can_be_read_off():
    axis = axis_of(Integer(lower_bound=1, upper_bound=4))
    coordinates = torch.tensor([axis.first, (axis.first + axis.last) / 2, axis.last], dtype=torch.float64)
    torch.testing.assert_close(axis.number(coordinates), torch.tensor([1, 2.5, 4], dtype=torch.float64))
