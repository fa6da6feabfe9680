"""Generators that choose by the model, but for the optimized acquisition function: pool, epsilon-greedy, Thompson."""

import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Categorical, Continuous, Integer, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Request, Source
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.space import Space

PLAIN = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in ("x", "y")])
MIXED = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
        Parameter(name="dots", kind=Integer(lower_bound=2, upper_bound=9)),
        Parameter(name="eye", kind=Categorical(choices=("left", "right"))),
    ]
)
BINARY = outcome.Binary(guess_rate=0.5, target=0.75)
RESPONSE = BinaryResponse(guess_rate=0.5)
ITEMS = [{"x": (i % 4) / 3, "y": (i // 4) / 4} for i in range(20)]
PICTURES = [{"contrast": 0.01 * 2**i, "dots": 2 + i, "eye": eye} for i in range(6) for eye in ("left", "right")]


def build(name, space=PLAIN, stimuli_per_trial=1, **options):
    read, violations = read_options(GENERATORS[name].options, options, "options")
    assert not violations
    context = GeneratorContext(space=space, stimuli_per_trial=stimuli_per_trial, outcome=BINARY)
    return GENERATORS[name].build(context, read)


def believe(posterior, name="straddle"):
    entry = ACQUISITIONS[name]
    acquisition = entry.build(AcquisitionContext(outcome=BINARY), entry.options())
    return Belief(posterior=posterior, response=RESPONSE, acquisition=acquisition)


def request(belief=None, d=2, count=1, index=0, seed=7, asked=(), **fixed):
    pending = torch.empty(0, 1, d, dtype=torch.float64)
    return Request(
        count=count, index=index, seed=seed, fixed=fixed, pending=pending, belief=belief, asked=tuple(asked)
    )  # fmt: skip


def show(generator, space, trials, belief=None, **fixed):
    """Ask for trials one by one."""
    asked = []
    for index in range(trials):
        choice = generator.generate(request(belief, space.d, index=index, asked=asked, **fixed))
        asked.extend(tuple(space.decode(trial)) for trial in choice.points)
    return [trial[0] for trial in asked]


def test_a_pool_shows_its_best_item_first(known_gp):
    belief = believe(known_gp(slope=4.0, offset=-2.0))
    choice = build("pool", points=ITEMS).generate(request(belief))
    assert choice.source is Source.MODEL
    scores = belief.acquisition.prepare(belief.posterior, RESPONSE, PLAIN.snap, None)(PLAIN.encode(ITEMS))
    assert torch.equal(choice.points[0], PLAIN.encode([ITEMS[int(scores.argmax())]]))


@pytest.mark.parametrize("believes", [True, False])
def test_every_item_of_a_pool_comes_once(known_gp, believes):
    belief = believe(known_gp()) if believes else None
    generator = build("pool", points=ITEMS)
    assert generator.limit == 20
    shown = show(generator, PLAIN, 20, belief)
    assert sorted(map(repr, shown)) == sorted(map(repr, PLAIN.decode(PLAIN.encode(ITEMS))))
    together = generator.generate(request(belief, count=30))
    assert sorted(map(repr, PLAIN.decode(together.points[:, 0]))) == sorted(map(repr, shown))


def test_an_item_that_is_listed_twice_comes_twice():
    generator = build("pool", points=[ITEMS[3], ITEMS[3], ITEMS[5]])
    shown = show(generator, PLAIN, 3)
    assert sorted(item["y"] for item in shown) == [0.0, 0.0, 0.25]
    assert not len(generator.generate(request(index=3, asked=[(item,) for item in shown])).points)


def test_items_may_come_again(known_gp):
    generator = build("pool", points=ITEMS[:3], repeat=True)
    assert generator.limit is None
    assert len(generator.generate(request(believe(known_gp()), count=10)).points) == 10
    shown = show(generator, PLAIN, 40)
    assert len({repr(item) for item in shown}) == 3


def test_fixed_values_narrow_a_pool_and_never_make_an_item_that_does_not_exist():
    generator = build("pool", MIXED, points=PICTURES)
    shown = show(generator, MIXED, 6, eye="left")
    assert {picture["eye"] for picture in shown} == {"left"}
    asked = [(picture,) for picture in shown]
    empty = generator.generate(request(None, 3, index=6, asked=asked, eye="left"))
    assert empty.points.shape == (0, 1, 3)
    assert empty.note == "No stimulus is left in the pool with these values."
    assert generator.generate(request(None, 3, index=6, asked=asked)).source is Source.FALLBACK


@pytest.mark.parametrize("options", [{"epsilon": 0.3}, {"epsilon": 0.3, "generator": "thompson_sampling"}])
def test_exploration_comes_about_as_often_as_epsilon_says(known_gp, options):
    generator, belief = build("epsilon_greedy", **options), believe(known_gp())
    sources = [generator.generate(request(belief, index=i)).source for i in range(60)]
    assert set(sources) == {Source.RANDOM, Source.MODEL}
    assert 9 <= sources.count(Source.RANDOM) <= 27
    again = [generator.generate(request(belief, index=i)).source for i in range(60)]
    assert sources == again


def test_a_batch_stops_where_the_way_of_choosing_changes(known_gp):
    generator, belief = build("epsilon_greedy", epsilon=0.5), believe(known_gp())
    singly = [generator.generate(request(belief, index=i)).source for i in range(12)]
    index = 0
    while index < 12:
        choice = generator.generate(request(belief, count=12 - index, index=index))
        run = singly[index : index + len(choice.points)]
        assert set(run) == {choice.source}
        index += len(run)


def test_without_exploration_the_choice_is_that_of_the_other_generator(known_gp):
    belief = believe(known_gp())
    for name in ("optimize_acquisition", "thompson_sampling"):
        greedy = build("epsilon_greedy", epsilon=0, generator=name).generate(request(belief, count=3))
        assert torch.equal(greedy.points, build(name).generate(request(belief, count=3)).points)


def test_draws_find_the_goal_as_often_as_it_is_there(known_gp):
    posterior = known_gp(n=40, slope=8.0, offset=-4.0, noise=0.05)
    belief = believe(posterior)
    X = {
        goal: build("thompson_sampling", goal=goal).generate(request(belief, count=40)).points[:, 0]
        for goal in ("threshold", "maximum", "minimum")
    }
    f = {goal: posterior.mean(points).mean().item() for goal, points in X.items()}
    assert f["minimum"] < -2.5 < f["threshold"] < 2.5 < f["maximum"]
    assert abs(f["threshold"] - RESPONSE.latent(0.75)) < 0.3
    assert len(torch.unique(X["threshold"], dim=0)) > 30


def test_draws_obey_fixed_values_and_stand_for_stimuli(known_gp):
    generator, belief = build("thompson_sampling", MIXED), believe(known_gp(d=3))
    one, again = (generator.generate(request(belief, 3, count=5, dots=4)) for _ in range(2))
    assert torch.equal(one.points, again.points)
    assert torch.equal(MIXED.snap(one.points), one.points)
    assert {stimulus["dots"] for stimulus in MIXED.decode(one.points[:, 0])} == {4}


@pytest.mark.parametrize("name", ["epsilon_greedy", "thompson_sampling"])
def test_without_a_belief_a_sobol_sequence_stands_in(name):
    options = {"epsilon": 0} if name == "epsilon_greedy" else {}
    choice = build(name, **options).generate(request(count=4))
    assert (choice.source, choice.note) == (Source.FALLBACK, "There is nothing to learn from yet.")
    assert torch.equal(choice.points, build("sobol").generate(request(count=4)).points)


def test_targets_and_trials_that_do_not_fit_are_refused():
    with pytest.raises(InvalidConfigError, match=r"options\.target"):
        build("thompson_sampling", target=0.4)
    for name, options, most in (
        ("pool", {"points": ITEMS}, 1),
        ("thompson_sampling", {}, 1),
        ("epsilon_greedy", {}, 2),
    ):
        with pytest.raises(ValueError, match="one stimulus" if most == 1 else "one or two stimuli"):
            build(name, stimuli_per_trial=most + 1, **options)
