import torch

from aepsych_grpc.config.parameter import Categorical, Continuous, Fixed, Integer, Parameter
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.core.space.trial_space import TrialSpace

SPACE = Space(
    [
        Parameter(name="level", kind=Continuous(lower_bound=0, upper_bound=10)),
        Parameter(name="room", kind=Fixed(value="dark")),
        Parameter(name="shape", kind=Categorical(choices=("round", "square", "flat"))),
        Parameter(name="count", kind=Integer(lower_bound=1, upper_bound=4)),
    ]
)
PAIRS = TrialSpace(SPACE, 2)
X = torch.rand(20, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_coordinates_are_those_of_both_stimuli():
    assert (PAIRS.d, PAIRS.unordered) == (6, (1, 4))
    assert PAIRS.free({"shape": "flat"}) == [0, 2, 3, 5]


def test_each_stimulus_is_moved_and_held_by_itself():
    fixed = {"count": 3}
    for whole, single in ((PAIRS.snap(X), SPACE.snap), (PAIRS.hold(X, fixed), lambda part: SPACE.hold(part, fixed))):
        assert torch.equal(whole, torch.cat([single(part) for part in X.split(3, 1)], 1))
