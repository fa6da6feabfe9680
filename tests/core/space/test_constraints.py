import numpy as np
import pytest
import torch

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.parameter import Categorical, Continuous, Discrete, Fixed, Integer, Parameter
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request
from aepsych_grpc.core.space.rejection import kept_points, reachable
from aepsych_grpc.core.space.search import search
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.core.space.trial_space import TrialSpace

PARAMETERS = [
    Parameter(name="contrast", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True)),
    Parameter(name="screen", kind=Fixed(value=2)),
    Parameter(name="dots", kind=Integer(lower_bound=1, upper_bound=9)),
    Parameter(name="size", kind=Discrete(values=(1.0, 2.0, 5.0))),
    Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
]
CONSTRAINTS = (
    LinearConstraint(coefficients={"dots": 1.0, "size": 2.0}, upper_bound=9.0),
    LinearConstraint(coefficients={"contrast": -10.0, "dots": 1.0}, upper_bound=0.0),
)
SPACE = Space(PARAMETERS, CONSTRAINTS)


def is_kept(stimulus):
    return stimulus["dots"] + 2 * stimulus["size"] <= 9 and stimulus["dots"] <= 10 * stimulus["contrast"] * (1 + 1e-9)


def request(count=1, index=0, **fixed):
    return Request(count=count, index=index, seed=7, fixed=fixed, pending=torch.empty(0, 1, 4))


def test_points_are_judged_by_the_stimuli_that_they_stand_for():
    X = SPACE.snap(torch.rand(500, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    judged = [is_kept(stimulus) for stimulus in SPACE.decode(X)]
    assert SPACE.keeps(X).tolist() == judged
    assert [all(c.is_kept(stimulus) for c in CONSTRAINTS) for stimulus in SPACE.decode(X)] == judged
    assert 20 < sum(judged) < 480


def test_a_sum_that_equals_the_bound_is_kept():
    thirds = LinearConstraint(coefficients={"a": 0.1, "b": 0.2}, upper_bound=0.3)
    space = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in "ab"], [thirds])
    assert thirds.is_kept({"a": 1, "b": 1})
    assert bool(space.keeps(torch.ones(1, 2, dtype=torch.float64)).all())


@pytest.mark.parametrize("name", ["sobol", "random"])
@pytest.mark.parametrize("stimuli", [1, 2])
def test_generators_give_stimuli_that_keep_to_the_constraints(name, stimuli):
    entry = GENERATORS[name]
    generator = entry.build(GeneratorContext(space=SPACE, stimuli_per_trial=stimuli), entry.options())
    together = generator.generate(request(40)).points
    assert together.shape == (40, stimuli, 4)
    assert all(is_kept(stimulus) for trial in together for stimulus in SPACE.decode(trial))
    one_by_one = torch.cat([generator.generate(request(1, index)).points for index in range(40)])
    assert torch.equal(together, one_by_one)
    nothing = generator.generate(request(3, contrast=0.01))
    assert not len(nothing.points)
    assert nothing.note == "No stimulus keeps to the constraints."


def test_the_search_finds_the_best_point_on_the_edge():
    unit = [Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in "xy"]
    space = Space(unit, [LinearConstraint(coefficients={"x": 1.0, "y": 1.0}, upper_bound=1.0)])
    steps = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002)
    found = search(
        lambda X: -(X - 1).square().sum(1), space, {}, np.random.default_rng(0), candidates=256, steps=steps
    )  # fmt: skip
    assert found.point.sum() <= 1 + 1e-6
    assert found.point.tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    space = Space(unit, [LinearConstraint(coefficients={"x": 1.0}, upper_bound=0.5)])
    with pytest.raises(ArithmeticError, match="constraints"):
        search(lambda X: X[:, 0], space, {"x": 0.9}, np.random.default_rng(0), candidates=16, steps=steps)


def test_rejection_keeps_the_order_of_the_sequence():
    def sequence(skip, count):
        return SPACE.snap(sobol_points(4, count, seed=3, skip=skip))

    everything = sequence(0, 2000)
    kept = everything[SPACE.keeps(everything)]
    assert torch.equal(kept_points(sequence, SPACE, 30, skip=12), kept[12:42])


def test_a_trial_keeps_to_the_constraints_when_all_its_stimuli_do():
    trials = TrialSpace(SPACE, 2)
    X = trials.snap(sobol_points(8, 500, seed=1))
    judged = [all(map(is_kept, SPACE.decode(x.reshape(2, 4)))) for x in X]
    assert trials.keeps(X).tolist() == judged
    assert any(judged)


def test_points_out_of_reach_give_way_to_those_within():
    X = sobol_points(4, 500, seed=1)
    moved, snapped = reachable(SPACE)(X), SPACE.snap(X)
    kept = SPACE.keeps(snapped)
    assert moved.shape == X.shape
    assert bool(SPACE.keeps(moved).all())
    assert torch.equal(moved[kept], snapped[kept])
    nowhere = Space(PARAMETERS, [LinearConstraint(coefficients={"dots": 1.0}, upper_bound=-1.0)])
    assert torch.equal(reachable(nowhere)(X), nowhere.snap(X))
