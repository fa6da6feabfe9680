"""Every model and acquisition function on data that nobody hopes for: no exception, no NaN, the same bits twice."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest
import torch

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config.options import options_of
from aepsych_grpc.config.parameter import Continuous, Parameter
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Request, Source
from aepsych_grpc.core.models.catalogue import MODELS
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.queries.acquisition_value import acquisition_values
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.extremum import inverse, maximum, minimum
from aepsych_grpc.core.queries.just_noticeable_difference import just_noticeable_difference
from aepsych_grpc.core.queries.prediction import level_set_probability, predict
from aepsych_grpc.core.queries.samples import sample
from aepsych_grpc.core.queries.threshold import threshold_contour
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space

KINDS = {
    "binary": outcomes.Binary(guess_rate=0.5, lapse_rate=0.02, target=0.75),
    "proportion": outcomes.Proportion(trials=8, guess_rate=0.5, lapse_rate=0.02, target=0.75),
    "ordinal": outcomes.Ordinal(levels=5),
    "continuous": outcomes.Continuous(),
    "choice": outcomes.Choice(),
}
UNIT = torch.float64


def hostile(kind):
    """Points of trials, of one stimulus or of two side by side, and responses."""
    rng, stimuli = np.random.default_rng(0), 2 if kind == "choice" else 1
    top = {"binary": 1, "proportion": 8, "ordinal": 4, "continuous": 1, "choice": 1}[kind]

    def some(n):
        return rng.normal(size=n) if kind == "continuous" else rng.integers(0, top + 1, n).astype(float)

    def spread(n, d=2):
        return rng.random((n, d * stimuli))

    line = np.linspace(0, 1, 40)
    step = top * (line > 0.5).astype(float)
    constant = spread(30)
    constant[:, 1::2] = 0.0
    yield "one trial", spread(1), some(1)
    yield "all the highest", spread(30), np.full(30, float(top))
    yield "all the lowest", spread(30), np.zeros(30)
    yield "one trial a hundred times", np.repeat(spread(1), 100, 0), some(100)
    yield "a constant coordinate", constant, some(30)
    yield "twelve dimensions", spread(30, 12), some(30)
    yield (
        "a step with outliers",
        np.repeat(line[:, None], 2 * stimuli, 1),
        np.where(np.arange(40) % 13, step, top - step),
    )
    yield "almost the same stimuli", 0.5 + 1e-9 * spread(40), some(40)
    yield "corners only", spread(40).round(), some(40)
    if kind == "continuous":
        yield "tiny numbers", spread(20), 1e-200 * some(20)
        yield "one huge outlier", spread(20), np.append(some(19), 1e12)


DATA = {
    (kind, name): TrainingData(torch.from_numpy(X), torch.from_numpy(y))
    for kind in KINDS
    for name, X, y in hostile(kind)
}


@dataclass(frozen=True)
class Case:
    """A model of an outcome, its data, and the space that they come from."""

    model: str
    kind: str
    data: str
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self):
        chosen = "".join(f" with {name} {value}" for name, value in self.options)
        return f"{self.model}{chosen} on {self.data}"

    @property
    def stimuli(self):
        return 2 if self.kind == "choice" else 1

    @property
    def space(self):
        d = DATA[self.kind, self.data].X.shape[1] // self.stimuli
        bounds = Continuous(lower_bound=0.0, upper_bound=1.0)
        return Space(tuple(Parameter(name=f"x{j}", kind=bounds) for j in range(d)))


CASES = [
    Case(model, kind, data)
    for model, entry in MODELS.items()
    for kind in entry.outcome_kinds
    for data_kind, data in DATA
    if data_kind == kind
]
VARIANTS = [
    replace(case, options=((option.name, choice),))
    for case in CASES
    for option in options_of(MODELS[case.model].options)
    for choice in option.choices
    if choice != option.default
]


def built(case):
    space, entry = case.space, MODELS[case.model]
    context = ModelContext(
        d=space.d,
        intensity=0,
        categorical=(False,) * space.d,
        outcome=KINDS[case.kind],
        reference=sobol_points(space.d, 64, seed=0),
    )
    return entry.build(context, entry.options(**dict(case.options)))


def learned(case):
    """All that a model says of its data."""
    model, data = built(case), DATA[case.kind, case.data]
    fit = model.fit(data)
    again = model.fit(data, fit.hyperparameters)
    belief = model.condition(data, fit.hyperparameters)
    fewer = model.condition(TrainingData(data.X[:-1], data.y[:-1]), fit.hyperparameters) if len(data) > 1 else None
    warm = model.condition(data, fit.hyperparameters, fewer)
    readout = model.readout(data, fit.hyperparameters)
    return fit, again, (belief, warm), readout, model.response_given(data, fit.hyperparameters)


kept = cache(learned)


def numbers(case, result):
    fit, again, beliefs, readout, _ = result
    stimuli = sobol_points(case.space.d, 8, seed=3)
    trials = sobol_points(case.space.d * case.stimuli, 8, seed=3)
    yield torch.tensor([*fit.hyperparameters, *again.hyperparameters], dtype=UNIT)
    for belief in beliefs:
        yield from belief.joint(trials)
    for belief in readout:
        yield from belief.marginals(stimuli)


@pytest.mark.parametrize("case", [*CASES, *(pytest.param(case, marks=pytest.mark.slow) for case in VARIANTS)], ids=str)
def test_every_model_learns_without_failing_and_twice_the_same(case):
    first, second = kept(case), learned(case)
    assert first[0].note == first[1].note == ""
    for one, other in zip(numbers(case, first), numbers(case, second), strict=True):
        assert torch.isfinite(one).all()
        assert torch.equal(one, other)
    for belief in (*first[2], *first[3]):
        assert (belief.marginals(sobol_points(belief.d, 8, seed=3))[1] > 0).all()


ASKS = [
    pytest.param(case, name, id=f"{name} with {case}")
    for case in CASES
    for name, entry in ACQUISITIONS.items()
    if case.kind in entry.outcome_kinds
]


@pytest.mark.parametrize(("case", "acquisition"), ASKS)
def test_every_acquisition_function_chooses_by_every_model(case, acquisition):
    _, _, (belief, _), _, response = kept(case)
    kind, entry, space = KINDS[case.kind], ACQUISITIONS[acquisition], case.space
    score = entry.build(AcquisitionContext(outcome=kind), entry.options())
    generator = GENERATORS["optimize_acquisition"]
    chooser = generator.build(
        GeneratorContext(space=space, stimuli_per_trial=case.stimuli, outcome=kind), generator.options()
    )
    request = Request(
        count=1,
        index=4,
        seed=1,
        fixed={},
        pending=sobol_points(space.d * case.stimuli, 2, seed=9).reshape(2, case.stimuli, space.d),
        belief=Belief(posterior=belief, response=response, acquisition=score),
    )
    choice = chooser.generate(request)
    assert choice.source is Source.MODEL, choice.note
    assert choice.points.shape == (1, case.stimuli, space.d)
    assert ((choice.points >= 0) & (choice.points <= 1)).all()
    assert torch.equal(choice.points, chooser.generate(request).points)


@pytest.mark.parametrize("case", [case for case in CASES if case.kind == "binary"], ids=str)
@pytest.mark.parametrize("name", ["thompson_sampling", "epsilon_greedy"])
def test_generators_with_a_choice_of_their_own_do_too(case, name):
    _, _, (belief, _), _, response = kept(case)
    entry, space = GENERATORS[name], case.space
    chooser = entry.build(GeneratorContext(space=space, outcome=KINDS["binary"]), entry.options())
    score = ACQUISITIONS["straddle"]
    acquisition = score.build(AcquisitionContext(outcome=KINDS["binary"]), score.options())
    nothing = torch.empty(0, 1, space.d, dtype=UNIT)
    given = Belief(posterior=belief, response=response, acquisition=acquisition)
    request = Request(count=1, index=4, seed=1, fixed={}, pending=nothing, belief=given)
    choice = chooser.generate(request)
    assert choice.source is not Source.FALLBACK, choice.note
    assert torch.equal(choice.points, chooser.generate(request).points)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_query_has_an_answer(case):
    _, _, (belief, _), beliefs, response = kept(case)
    readout, space = beliefs[:2], case.space
    scale = Scale.LATENT if case.kind == "choice" else Scale.PROBABILITY
    how = {"scale": scale, "level": 0.9}
    whole, X = (readout, response, space), sobol_points(space.d, 5, seed=2)
    stimuli = space.decode(X)
    middle = response.expected_mean(torch.tensor(0.0, dtype=UNIT), torch.tensor(0.0, dtype=UNIT)).item()
    estimates = [
        maximum(*whole, fixed={}, **how).response,
        minimum(*whole, fixed={}, **how).response,
        inverse(*whole, middle, fixed={}, **how).response,
        *predict(readout, response, X, **how),
        *just_noticeable_difference(readout, space, stimuli[:2], parameter="x0", level=0.9),
    ]
    contexts = [{name: value for name, value in stimulus.items() if name != "x0"} for stimulus in stimuli[:2]]
    for point in threshold_contour(*whole, parameter="x0", target=middle, contexts=contexts, fixed={}, **how):
        estimates.append(point.threshold)
        assert 0 <= point.crossing_probability <= 1
    for one in estimates:
        assert np.isfinite([one.mean, one.variance, one.lower, one.upper]).all()
        assert one.lower <= one.upper
        assert one.variance >= 0
    above = level_set_probability(readout, response, X, target=middle, scale=scale)
    assert all(0 <= p <= 1 for p in above)
    assert torch.isfinite(sample(readout, response, X, count=20, seed=0, scale=scale)).all()
    variance = ACQUISITIONS["posterior_variance"]
    score = variance.build(AcquisitionContext(outcome=KINDS[case.kind]), variance.options())
    if case.stimuli == 1:
        assert np.isfinite(acquisition_values(score, belief, response, space, X)).all()
