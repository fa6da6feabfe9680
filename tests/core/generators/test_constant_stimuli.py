import pytest
import torch

from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request, Source
from aepsych_grpc.core.space.space import Space

SPACE = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in ("level", "size")])
LEVELS = [{"level": i / 8, "size": 0.5} for i in range(8)]


def build(stimuli_per_trial=1, **options):
    read, violations = read_options(GENERATORS["constant_stimuli"].options, options, "options")
    assert not violations
    context = GeneratorContext(space=SPACE, stimuli_per_trial=stimuli_per_trial)
    return GENERATORS["constant_stimuli"].build(context, read)


def request(count, index=0, seed=7, **fixed):
    return Request(count=count, index=index, seed=seed, fixed=fixed, pending=torch.empty(0, 1, 2))


def test_every_block_has_every_level_once_in_an_order_of_its_own():
    generator = build(points=LEVELS, repetitions=5)
    assert generator.limit == 40
    choice = generator.generate(request(100))
    assert choice.source is Source.MANUAL
    levels = choice.points[:, 0, 0].reshape(5, 8)
    assert torch.equal(levels.sort(1).values, torch.arange(8, dtype=torch.float64).expand(5, 8) / 8)
    assert len(torch.unique(levels, dim=0)) == 5


def test_a_trial_is_a_function_of_seed_and_index():
    generator = build(points=LEVELS, repetitions=3)
    together = generator.generate(request(24)).points
    assert torch.equal(together, torch.cat([generator.generate(request(1, i)).points for i in range(24)]))
    assert torch.equal(together[5:11], generator.generate(request(6, 5)).points)
    assert not torch.equal(together, generator.generate(request(24, seed=8)).points)
    assert generator.generate(request(3, 24)).points.shape == (0, 1, 2)


def test_trials_of_two_stimuli_stay_together_and_fixed_values_hold():
    points = build(2, points=LEVELS, repetitions=2).generate(request(8, size=0.25)).points
    assert points.shape == (8, 2, 2)
    assert torch.allclose(points[:, 1, 0] - points[:, 0, 0], torch.tensor(1 / 8, dtype=torch.float64))
    assert (points[..., 1] == 0.25).all()


def test_stimuli_that_there_are_none_of_are_refused():
    with pytest.raises(InvalidConfigError, match=r"options\.points"):
        build(points=[{"level": 2.0, "size": 0.5}])
