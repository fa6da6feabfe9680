import math
import statistics

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Continuous, Integer, Parameter
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Request, Source, Told
from aepsych_grpc.core.generators.quest_plus import SPREADS, THRESHOLDS
from aepsych_grpc.core.space.space import Space

SPACE = Space([Parameter(name="level", kind=Continuous(lower_bound=0, upper_bound=1))])
LOGARITHMIC = Space([Parameter(name="level", kind=Continuous(lower_bound=0.01, upper_bound=1, log_scale=True))])
GUESS, LAPSE = 0.5, 0.02


def build(space=SPACE, **options):
    read, violations = read_options(GENERATORS["quest_plus"].options, options, "options")
    assert not violations
    context = GeneratorContext(
        space=space,
        outcome=outcome.Binary(guess_rate=GUESS, lapse_rate=LAPSE, target=0.74),
        intensity_parameter="level",
    )
    return GENERATORS["quest_plus"].build(context, read)


def request(told=(), count=1, **fixed):
    pending = torch.empty(0, 1, 1, dtype=torch.float64)
    return Request(count=count, index=len(told), seed=7, fixed=fixed, pending=pending, told=tuple(told))


def cumulative(function, z):
    return statistics.NormalDist().cdf(z) if function == "normal" else 1 - math.exp(-math.exp(min(z, 50)))


def least_expected_entropy(function, levels, answers):
    """Watson 2017, step by step: Bayes' rule on the grid, then the entropy after each response to each level."""
    grid = [(t, s) for t in np.linspace(0, 1, THRESHOLDS) for s in SPREADS]

    def p(u):
        return np.array([GUESS + (1 - GUESS - LAPSE) * cumulative(function, (u - t) / s) for t, s in grid])

    belief = np.full(len(grid), 1 / len(grid))
    for u, y in answers:
        belief = belief * (p(u) if y else 1 - p(u))
        belief /= belief.sum()
    expected = []
    for u in levels:
        total = 0.0
        for likelihood in (p(u), 1 - p(u)):
            joint = belief * likelihood
            after = joint[joint > 0] / joint.sum()
            total -= joint.sum() * float((after * np.log(after)).sum())
        expected.append(total)
    return levels[int(np.argmin(expected))]


@pytest.mark.parametrize("function", ["normal", "gumbel"])
def test_the_level_has_the_least_expected_entropy(function):
    generator = build(function=function, levels=9)
    levels = [i / 8 for i in range(9)]
    answers = []
    for y in (1, 0, 1, 1):
        choice = generator.generate(request([Told(({"level": u},), float(y)) for u, y in answers]))
        assert choice.source is Source.RULE
        assert choice.points.item() == pytest.approx(least_expected_entropy(function, levels, answers))
        answers.append((choice.points.item(), y))


def test_the_levels_close_in_on_the_threshold():
    rng, generator, told = np.random.default_rng(3), build(LOGARITHMIC), []
    for _ in range(60):
        (stimulus,) = LOGARITHMIC.decode(generator.generate(request(told)).points[:, 0])
        z = (math.log(stimulus["level"]) - math.log(0.2)) / 0.3
        seen = rng.random() < GUESS + (1 - GUESS - LAPSE) * cumulative("normal", z)
        told.append(Told((stimulus,), float(seen)))
    late = [one.stimuli[0]["level"] for one in told[30:]]
    assert 0.14 < statistics.geometric_mean(late) < 0.4


def test_responses_that_cannot_be_leave_something_to_believe_in():
    told = [Told(({"level": 1.0},), 0.0), Told(({"level": 0.0},), 1.0)] * 100
    assert 0 <= build().generate(request(told)).points.item() <= 1


def test_levels_are_values_that_the_parameter_has():
    space = Space([Parameter(name="level", kind=Integer(lower_bound=1, upper_bound=6))])
    generator = build(space)
    assert len(generator.levels) == 6
    (stimulus,) = space.decode(generator.generate(request()).points[:, 0])
    assert stimulus["level"] in range(1, 7)


def test_trials_asked_together_are_alike():
    points = build().generate(request(count=3)).points
    assert points.shape == (3, 1, 1)
    assert len(points.unique()) == 1
