import pytest
import torch
from scipy.stats import qmc

from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Categorical, Continuous, Fixed, Integer, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request, Source
from aepsych_grpc.core.space.space import Space

SPACE = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
        Parameter(name="screen", kind=Fixed(value=2)),
        Parameter(name="dots", kind=Integer(lower_bound=2, upper_bound=9)),
        Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
    ]
)
LIST = [{"contrast": i / 100, "dots": 2 + i % 8, "eye": "left"} for i in range(1, 13)]


def build(name, space=SPACE, stimuli_per_trial=1, **options):
    read, violations = read_options(GENERATORS[name].options, options, "options")
    assert not violations
    return GENERATORS[name].build(GeneratorContext(space=space, stimuli_per_trial=stimuli_per_trial), read)


def request(count=1, index=0, seed=7, **fixed):
    return Request(count=count, index=index, seed=seed, fixed=fixed, pending=torch.empty(0, 1, 3))


@pytest.mark.parametrize("name", ["sobol", "random", "manual"])
@pytest.mark.parametrize("stimuli", [1, 2])
def test_a_trial_is_a_function_of_seed_and_index(name, stimuli):
    generator = build(
        name, stimuli_per_trial=stimuli, **({"points": LIST, "shuffle": True} if name == "manual" else {})
    )
    together = generator.generate(request(6)).points
    one_by_one = torch.cat([generator.generate(request(1, index)).points for index in range(6)])
    assert together.shape == (6, stimuli, 3)
    assert torch.equal(together, one_by_one)
    assert not torch.equal(together, generator.generate(request(6, seed=8)).points)
    assert len(torch.unique(together.reshape(-1, 3), dim=0)) == 6 * stimuli


@pytest.mark.parametrize("name", ["sobol", "random", "manual"])
def test_fixed_parameters_are_obeyed_and_points_stand_for_stimuli(name):
    points = (
        build(name, **({"points": LIST} if name == "manual" else {})).generate(request(5, eye="right", dots=3)).points
    )
    assert torch.equal(SPACE.snap(points), points)
    stimuli = SPACE.decode(points[:, 0])
    assert {(s["eye"], s["dots"], s["screen"]) for s in stimuli} == {("right", 3, 2)}
    assert len({s["contrast"] for s in stimuli}) == 5


def test_sobol_fills_the_space_more_evenly_than_chance():
    space = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in "ab"])
    discrepancy = {
        name: qmc.discrepancy(build(name, space).generate(request(64)).points[:, 0].numpy())
        for name in ("sobol", "random")
    }
    assert discrepancy["sobol"] < discrepancy["random"] / 4


def test_sources_are_named():
    assert build("sobol").generate(request()).source is Source.SOBOL
    assert build("random").generate(request()).source is Source.RANDOM
    assert build("manual", points=LIST).generate(request()).source is Source.MANUAL


def test_manual_shows_its_list_once_in_order_as_it_was_written():
    generator = build("manual", points=LIST)
    assert generator.limit == 12
    choice = generator.generate(request(20))
    assert [stimulus | {"screen": 2} for stimulus in LIST] == SPACE.decode(choice.points[:, 0])
    assert len(generator.generate(request(5, index=10)).points) == 2
    assert generator.generate(request(5, index=12)).points.shape == (0, 1, 3)


def test_manual_shuffles_whole_trials():
    generator = build("manual", points=LIST, shuffle=True, stimuli_per_trial=2)
    assert generator.limit == 6
    trials = [SPACE.decode(trial) for trial in generator.generate(request(6)).points]
    assert [pair[0]["contrast"] for pair in trials] != [0.01, 0.03, 0.05, 0.07, 0.09, 0.11]
    assert sorted(pair[0]["contrast"] for pair in trials) == [0.01, 0.03, 0.05, 0.07, 0.09, 0.11]
    assert all(pair[1]["contrast"] == pytest.approx(pair[0]["contrast"] + 0.01) for pair in trials)


@pytest.mark.parametrize(
    ("points", "stimuli", "paths"),
    [
        ([], 1, ["options.points"]),
        (LIST[:3], 2, ["options.points"]),
        ([LIST[0] | {"dots": 99}, {"contrast": 0.1}], 1, [
            "options.points[0].dots", "options.points[1].dots", "options.points[1].eye",
        ]),
    ],
)  # fmt: skip
def test_manual_refuses_lists_that_cannot_be_shown(points, stimuli, paths):
    with pytest.raises(InvalidConfigError) as caught:
        build("manual", points=points, stimuli_per_trial=stimuli)
    assert [violation.path for violation in caught.value.violations] == paths
