import time

import pytest
import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.parameter import Categorical, Continuous, Fixed, Integer, Parameter
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.generators.anticipation import anticipate
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Belief, Request, Source
from aepsych_grpc.core.generators.sobol import Sobol
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.continuous import ContinuousResponse
from aepsych_grpc.core.space.space import Space

PLAIN = Space([Parameter(name=name, kind=Continuous(lower_bound=0, upper_bound=1)) for name in ("x", "y")])
MIXED = Space(
    [
        Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True)),
        Parameter(name="screen", kind=Fixed(value=2)),
        Parameter(name="dots", kind=Integer(lower_bound=2, upper_bound=9)),
        Parameter(name="eye", kind=Categorical(choices=("left", "right", "both"))),
    ]
)
RESPONSE = BinaryResponse(guess_rate=0.5)


def build(space):
    entry = GENERATORS["optimize_acquisition"]
    return entry.build(GeneratorContext(space=space), entry.options())


def believe(posterior, name="sur"):
    entry = ACQUISITIONS[name]
    context = AcquisitionContext(outcome=outcome.Binary(guess_rate=0.5, target=0.75))
    return Belief(posterior=posterior, response=RESPONSE, acquisition=entry.build(context, entry.options()))


def request(belief, d=2, count=1, index=0, seed=7, pending=None, deadline=None, **fixed):
    pending = torch.empty(0, 1, d, dtype=torch.float64) if pending is None else pending
    return Request(
        count=count, index=index, seed=seed, fixed=fixed, pending=pending, belief=belief, deadline=deadline
    )  # fmt: skip


def test_the_choice_is_near_the_best_of_a_fine_grid(known_gp):
    belief = believe(known_gp(slope=6.0, offset=-3.0), "local_mi")
    choice = build(PLAIN).generate(request(belief))
    assert (choice.source, choice.note) == (Source.MODEL, "")
    grid = torch.cartesian_prod(*[torch.linspace(0, 1, 101, dtype=torch.float64)] * 2)
    score = belief.acquisition.prepare(belief.posterior, RESPONSE, PLAIN.snap, None)
    assert score(choice.points[0]).item() > 0.995 * score(grid).max().item()


@pytest.mark.parametrize("name", sorted(ACQUISITIONS))
def test_the_choice_is_a_function_of_its_request(known_gp, name):
    belief = believe(known_gp(), name)
    first, again = (build(PLAIN).generate(request(belief, index=3)).points for _ in range(2))
    assert torch.equal(first, again)


def test_each_trial_searches_anew(known_gp):
    belief, generator = believe(known_gp()), build(PLAIN)
    points = [
        tuple(generator.generate(request(belief, index=i, seed=j)).points.ravel()) for i in (3, 4) for j in (7, 8)
    ]
    assert len(set(points)) == 4


def test_any_kind_of_space_and_fixed_parameters_are_obeyed(known_gp):
    belief = believe(known_gp(d=3, slope=6.0, offset=-3.0))
    choice = build(MIXED).generate(request(belief, d=3, count=3, eye="both", dots=4))
    assert choice.source is Source.MODEL
    assert torch.equal(MIXED.snap(choice.points), choice.points)
    assert {(s["eye"], s["dots"], s["screen"]) for s in MIXED.decode(choice.points[:, 0])} == {("both", 4, 2)}


def test_a_request_that_fixes_everything_gets_that(known_gp):
    choice = build(PLAIN).generate(request(believe(known_gp()), x=0.25, y=1.0))
    assert choice.points.tolist() == [[[0.25, 1.0]]]
    assert choice.source is Source.MODEL


def test_a_batch_continues_what_single_trials_with_pending_ones_would_choose(known_gp):
    belief, generator = believe(known_gp(slope=6.0, offset=-3.0)), build(PLAIN)
    batch = generator.generate(request(belief, count=3)).points
    one_by_one = torch.empty(0, 1, 2, dtype=torch.float64)
    for index in range(3):
        choice = generator.generate(request(belief, index=index, pending=one_by_one))
        one_by_one = torch.cat([one_by_one, choice.points])
    assert torch.equal(batch, one_by_one)


def test_a_batch_spreads(known_gp):
    belief = believe(known_gp(slope=6.0, offset=-3.0, variance=2.0))
    batch = build(PLAIN).generate(request(belief, count=5)).points[:, 0]
    alone = torch.cat([build(PLAIN).generate(request(belief, index=index)).points[:, 0] for index in range(5)])
    assert torch.pdist(batch).mean() > 0.25
    assert torch.pdist(batch).mean() > 2 * torch.pdist(alone).mean()


def test_without_data_a_sobol_point_stands_in():
    choice = build(PLAIN).generate(request(None, count=2, index=5))
    assert choice.source is Source.FALLBACK
    assert choice.note == "There is nothing to learn from yet."
    sobol = Sobol(GeneratorContext(space=PLAIN)).generate(request(None, count=2, index=5))
    assert torch.equal(choice.points, sobol.points)


class Failing:
    """A belief that breaks down, from the n-th question on."""

    d = 2

    def __init__(self, posterior, after, error):
        self.posterior, self.left, self.error = posterior, after, error

    def _count(self):
        self.left -= 1
        if self.left < 0:
            raise self.error

    def marginals(self, X):
        self._count()
        return self.posterior.marginals(X)

    def joint(self, X):
        self._count()
        return self.posterior.joint(X)

    def covariance(self, X, Z):
        self._count()
        return self.posterior.covariance(X, Z)


@pytest.mark.parametrize("after", [0, 1, 2, 4, 9, 12])
@pytest.mark.parametrize("error", [torch.linalg.LinAlgError("not positive definite"), FloatingPointError("overflow")])
def test_numerical_trouble_at_any_point_leaves_a_valid_choice(known_gp, after, error):
    posterior = Failing(known_gp(), after, error)
    choice = build(PLAIN).generate(request(believe(posterior), count=3, x=0.5))
    assert choice.source is Source.FALLBACK
    assert str(error) in choice.note
    assert choice.points.shape == (3, 1, 2)
    assert bool((choice.points[:, 0, 0] == 0.5).all())


def test_scores_that_are_not_numbers_lead_to_a_stand_in(known_gp):
    class NotANumber(Failing):
        def marginals(self, X):
            return torch.full((len(X),), torch.nan), torch.ones(len(X))

    choice = build(PLAIN).generate(request(believe(NotANumber(known_gp(), 99, None), "straddle")))
    assert choice.source is Source.FALLBACK
    assert "No candidate has a finite score" in choice.note


def test_mistakes_in_the_program_are_not_hidden(known_gp):
    with pytest.raises(AttributeError):
        build(PLAIN).generate(request(believe(Failing(known_gp(), 0, AttributeError("no such thing")))))


def test_a_deadline_in_the_past_gets_a_stand_in_at_once(known_gp):
    began = time.monotonic()
    choice = build(PLAIN).generate(request(believe(known_gp()), count=2, deadline=began - 1))
    assert (choice.source, choice.note) == (Source.FALLBACK, "Time ran out.")
    assert choice.points.shape == (2, 1, 2)


def test_a_deadline_after_the_first_scores_gets_the_best_so_far(known_gp, monkeypatch):
    clock = iter([0.0, 2.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    belief = believe(known_gp(slope=6.0, offset=-3.0), "local_mi")
    choice = build(PLAIN).generate(request(belief, count=2, deadline=1.0))
    assert choice.source is Source.FALLBACK
    assert choice.note == (
        "Time ran out after 0 of the search's 2 refinements. 1 of 2 trials are from a Sobol sequence."
    )  # fmt: skip
    score = belief.acquisition.prepare(belief.posterior, RESPONSE, PLAIN.snap, None)
    grid = torch.rand(500, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert score(choice.points[0]).item() > torch.quantile(score(grid), 0.95).item()


def test_several_stimuli_per_trial_are_refused():
    entry = GENERATORS["optimize_acquisition"]
    with pytest.raises(ValueError, match="one or two stimuli"):
        entry.build(GeneratorContext(space=PLAIN, stimuli_per_trial=3), entry.options())


def test_pairs_are_chosen_whole(known_gp):
    """Beliefs about pairs have a point of 2d coordinates; what is fixed holds for both stimuli."""
    entry = GENERATORS["optimize_acquisition"]
    generator = entry.build(GeneratorContext(space=MIXED, stimuli_per_trial=2), entry.options())
    belief = believe(known_gp(d=6), "bald")
    pending = torch.rand(2, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    choice = generator.generate(request(belief, d=3, count=3, pending=pending, dots=4))
    assert (choice.source, choice.note, choice.points.shape) == (Source.MODEL, "", (3, 2, 3))
    assert {stimulus["dots"] for pair in choice.points for stimulus in MIXED.decode(pair)} == {4}
    assert torch.equal(choice.points, MIXED.snap(choice.points))
    late = generator.generate(request(belief, d=3, count=3, pending=pending, deadline=time.monotonic() - 1))
    assert (late.source, late.points.shape) == (Source.FALLBACK, (3, 2, 3))


def test_anticipated_measurements_shrink_the_covariance_as_told_ones_do(known_gp):
    belief, noise = known_gp(), 0.6
    X, points = torch.rand(9, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4)).split([6, 3])
    anticipated = anticipate(belief, ContinuousResponse(noise_sd=noise, location=300.0, scale=50.0), points)
    cross = belief.covariance(X, points)
    told = belief.covariance(points, points) + noise**2 * torch.eye(3, dtype=torch.float64)
    expected = belief.covariance(X, X) - cross @ torch.linalg.solve(told, cross.T)
    torch.testing.assert_close(anticipated.joint(X)[1], expected)
    torch.testing.assert_close(anticipated.joint(X)[0], belief.joint(X)[0])


def test_anticipation_is_the_expectation_over_the_response(known_gp):
    belief = known_gp(variance=4.0)
    X = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    point = torch.tensor([[0.3, 0.6]], dtype=torch.float64)
    c = belief.covariance(X, point)[:, 0]
    mean, variance = (part[0] for part in belief.marginals(point))
    means, covariances = torch.zeros(6, dtype=torch.float64), torch.zeros(6, 6, dtype=torch.float64)
    for y in (0.0, 1.0):
        p, d1, d2 = RESPONSE.tilted(y, mean, variance)
        means += p * (belief.mean(X) + c * d1)
        covariances += p * (belief.covariance(X, X) + torch.outer(c, c) * d2)
    anticipated = anticipate(belief, RESPONSE, point)
    torch.testing.assert_close(anticipated.joint(X), (means, covariances))


def test_anticipating_one_after_the_other_is_anticipating_together(known_gp):
    belief = known_gp(variance=4.0)
    points = torch.rand(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    X = torch.rand(9, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    together, one_by_one = anticipate(belief, RESPONSE, points), belief
    for point in points:
        one_by_one = anticipate(one_by_one, RESPONSE, point[None])
    torch.testing.assert_close(together.joint(X), one_by_one.joint(X))
    torch.testing.assert_close(together.covariance(X, points), one_by_one.covariance(X, points))
    mean, variance = together.marginals(X)
    torch.testing.assert_close((mean, variance.diag()), (mean, together.joint(X)[1].diagonal().diag()))
    assert together.d == 2
