"""How thoroughly, where and how the trials that an acquisition function ranks are chosen."""

import itertools

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.parameter import Categorical, Continuous, Integer, Parameter
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Request, Source
from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.responses.of_outcome import response_of
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.core.space.trial_space import TrialSpace

PLAIN = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in ("x", "y")])
EDGE = Space(PLAIN.parameters, [LinearConstraint(coefficients={"x": 1.0, "y": 1.0}, upper_bound=1.2)])
KINDS = {
    "binary": outcome.Binary(guess_rate=0.5, target=0.75),
    "proportion": outcome.Proportion(trials=10, guess_rate=0.5, target=0.75),
    "ordinal": outcome.Ordinal(levels=4),
    "continuous": outcome.Continuous(),
    "choice": outcome.Choice(),
}
LOOK_AHEAD = ("sur", "global_mi", "eavc", "local_mi", "local_sur", "integrated_variance", "bald")
COMBINATIONS = [
    (kind, name)
    for kind in KINDS
    for name, entry in ACQUISITIONS.items()
    if not entry.outcome_kinds or kind in entry.outcome_kinds
]


def build(name="optimize_acquisition", space=PLAIN, kind="binary", along="", **options):
    read, violations = read_options(GENERATORS[name].options, options, "options")
    assert not violations
    stimuli = 2 if kind == "choice" else 1
    context = GeneratorContext(
        space=space, stimuli_per_trial=stimuli, outcome=KINDS[kind], intensity_parameter=along
    )  # fmt: skip
    return GENERATORS[name].build(context, read)


def believe(posterior, name="local_mi", kind="binary"):
    entry = ACQUISITIONS[name]
    acquisition = entry.build(AcquisitionContext(outcome=KINDS[kind]), entry.options())
    return Belief(posterior=posterior, response=response_of(KINDS[kind]), acquisition=acquisition)


def request(belief, d=2, s=1, count=1, index=0, seed=7, **fixed):
    pending = torch.empty(0, s, d, dtype=torch.float64)
    return Request(count=count, index=index, seed=seed, fixed=fixed, pending=pending, belief=belief)


def score(belief, X):
    return belief.acquisition.prepare(belief.posterior, belief.response, PLAIN.snap, None)(X)


def test_a_longer_search_finds_better_trials(known_gp):
    belief = believe(known_gp(slope=6.0, offset=-3.0))
    found = {}
    for candidates, refinements in ((16, 0), (16, 2), (16, 6), (4096, 0)):
        generator = build(candidates=candidates, refinements=refinements)
        choices = [generator.generate(request(belief, index=i)).points[0] for i in range(8)]
        found[candidates, refinements] = score(belief, torch.cat(choices)).mean().item()
    assert found[16, 0] < found[16, 2] < found[16, 6]
    assert found[16, 0] < found[4096, 0]


def test_without_refinements_it_is_the_best_of_a_sobol_set(known_gp):
    belief, seen = believe(known_gp()), []
    choice = build(candidates=64, refinements=0).generate(request(belief))
    assert choice.source is Source.MODEL

    class Spy:
        def prepare(self, *arguments):
            inner = belief.acquisition.prepare(*arguments)
            return lambda X: seen.append(X) or inner(X)

    spied = Belief(posterior=belief.posterior, response=belief.response, acquisition=Spy())
    build(candidates=64, refinements=0).generate(request(spied))
    (X,) = seen
    assert X.shape == (64, 2)
    assert torch.equal(choice.points[0, 0], X[score(belief, X).argmax()])


def test_trials_are_drawn_in_proportion_to_what_they_teach(known_gp):
    belief = believe(known_gp(slope=6.0, offset=-3.0))
    generator = build("sample_acquisition", candidates=16)
    X = torch.cat([generator.generate(request(belief, index=i)).points[0] for i in range(400)])
    grid = torch.rand(4000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    value = score(belief, grid)
    expected = (value * value).sum() / value.sum()  # the mean of the value under a density in proportion to it
    assert score(belief, X).mean().item() == pytest.approx(expected.item(), rel=0.1)
    again = generator.generate(request(belief, index=3)).points[0]
    assert torch.equal(again[0], X[3])


@pytest.mark.parametrize("name", ["optimize_acquisition", "sample_acquisition"])
def test_constraints_are_kept(known_gp, name):
    belief = believe(known_gp(slope=6.0, offset=-6.0), "straddle")
    choice = build(name, EDGE).generate(request(belief, count=5))
    assert choice.source is Source.MODEL
    assert bool(EDGE.keeps(choice.points).all())


def test_every_candidate_alike_is_drawn_from_evenly(known_gp):
    class Indifferent:
        def prepare(self, *_):
            return lambda X: torch.zeros(len(X), dtype=torch.float64)

    posterior = known_gp()
    belief = Belief(posterior=posterior, response=response_of(KINDS["binary"]), acquisition=Indifferent())
    generator = build("sample_acquisition", candidates=16)
    X = torch.cat([generator.generate(request(belief, index=i)).points[0] for i in range(200)])
    assert bool(((X.mean(0) - 0.5).abs() < 0.08).all())


@pytest.mark.parametrize("candidates", [16, 512])
def test_the_intensity_can_be_where_the_threshold_is_expected(known_gp, candidates):
    posterior = known_gp(n=40, slope=6.0, offset=-3.0, noise=0.1, variance=0.2)
    belief = believe(posterior)
    generator = build(along="x", intensity="threshold", candidates=candidates)
    choice = generator.generate(request(belief, count=6))
    assert choice.source is Source.MODEL
    gamma = belief.response.latent(0.75)
    assert bool((posterior.mean(choice.points[:, 0]) - gamma).abs().max() < 0.05)
    held = generator.generate(request(belief, x=0.9)).points[0, 0]
    assert held[0].item() == 0.9
    only = generator.generate(request(belief, y=0.25)).points[0, 0]
    assert only[1].item() == 0.25
    assert posterior.mean(only[None]).item() == pytest.approx(gamma, abs=0.05)


@pytest.mark.parametrize(("offset", "end"), [(5.0, 0.0), (-12.0, 1.0)])
def test_a_threshold_out_of_range_is_looked_for_at_the_end(known_gp, offset, end):
    posterior = known_gp(n=40, slope=1.0, offset=offset, noise=0.1, variance=0.2)
    belief = believe(posterior, "straddle")
    choice = build(along="x", intensity="threshold").generate(request(belief))
    assert choice.points[0, 0, 0].item() == end


@pytest.mark.parametrize(("kind", "along"), [("binary", ""), ("ordinal", "x")])
def test_a_threshold_that_there_is_not_is_refused(kind, along):
    with pytest.raises(InvalidConfigError, match="threshold") as caught:
        build(kind=kind, along=along, intensity="threshold")
    assert caught.value.violations[0].path == "options.intensity"


@pytest.mark.parametrize(("kind", "name"), COMBINATIONS)
@pytest.mark.parametrize("generator", ["optimize_acquisition", "sample_acquisition"])
def test_the_trials_of_a_batch_differ(known_gp, kind, name, generator):
    s = 2 if kind == "choice" else 1
    belief = believe(known_gp(d=2 * s, n=12, slope=4.0, offset=-2.0, variance=2.0), name, kind)
    choice = build(generator, kind=kind, candidates=128).generate(request(belief, s=s, count=4))
    assert (choice.source, choice.note) == (Source.MODEL, "")
    assert len(torch.unique(choice.points, dim=0)) == 4


@pytest.mark.parametrize(("kind", "name"), [pair for pair in COMBINATIONS if pair[1] in LOOK_AHEAD])
def test_a_pending_trial_has_less_to_teach_where_it_is(known_gp, kind, name):
    s = 2 if kind == "choice" else 1
    belief = believe(known_gp(d=2 * s, n=12, slope=4.0, offset=-2.0, variance=2.0), name, kind)
    (place,) = build(kind=kind).generate(request(belief, s=s)).points.reshape(1, 1, -1)
    values = []
    for posterior in (belief.posterior, anticipate(belief.posterior, belief.response, place)):
        rng = np.random.default_rng(0)
        values.append(belief.acquisition.prepare(posterior, belief.response, lambda X: X, rng)(place).item())
    assert values[1] < values[0]


def test_a_batch_of_more_trials_than_there_are_stimuli_shows_all(known_gp):
    space = Space([Parameter(name=name, kind=Integer(lower_bound=0, upper_bound=1)) for name in ("x", "y")])
    for name in ("optimize_acquisition", "sample_acquisition"):
        choice = build(name, space).generate(request(believe(known_gp()), count=6))
        assert choice.source is Source.MODEL
        assert len(torch.unique(choice.points[:4], dim=0)) == 4


MIXED = Space(
    [
        Parameter(name="colour", kind=Categorical(choices=("red", "green", "blue", "grey", "pink"))),
        Parameter(name="size", kind=Continuous(lower_bound=0, upper_bound=1)),
        Parameter(name="shape", kind=Categorical(choices=("disc", "ring", "bar", "star"))),
        Parameter(name="contrast", kind=Continuous(lower_bound=0, upper_bound=1)),
    ]
)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["upper_confidence_bound", "bald", "straddle"])
def test_the_optimum_over_all_categories_is_found(name, seed):
    """20 combinations of categories, each of them with a fine grid of its own for comparison."""
    generator = torch.Generator().manual_seed(seed)
    X = MIXED.snap(torch.rand(40, 4, dtype=torch.float64, generator=generator))
    y = (torch.randn(40, generator=generator) > 0).double()
    kernel = ArdKernel((True, False, True, False))
    model = GaussianProcessModel(kernel=kernel, response=response_of(KINDS["binary"]))
    belief = believe(model.condition(TrainingData(X, y), tuple(kernel.hyperprior.centre.tolist())), name)
    choice = build(space=MIXED).generate(request(belief, d=4, seed=seed))
    line = torch.linspace(0, 1, 41, dtype=torch.float64)
    categories = [torch.tensor([(i + 0.5) / k for i in range(k)], dtype=torch.float64) for k in (5, 4)]
    grid = torch.cartesian_prod(categories[0], line, categories[1], line)
    values = score(belief, grid)
    spread = values.max() - values.median()
    assert score(belief, choice.points[0]).item() > values.max() - 0.1 * spread


def test_pairs_keep_whole_with_categories(known_gp):
    trials = TrialSpace(MIXED, 2)
    belief = believe(known_gp(d=8), "bald", "choice")
    choice = build(space=MIXED, kind="choice").generate(request(belief, d=4, s=2, count=2, colour="blue"))
    flat = choice.points.reshape(2, 8)
    assert torch.equal(trials.snap(flat), flat)
    colours = {stimulus["colour"] for pair in choice.points for stimulus in MIXED.decode(pair)}
    assert colours == {"blue"}
    assert len(set(itertools.chain(*(map(repr, MIXED.decode(pair)) for pair in choice.points)))) > 1
