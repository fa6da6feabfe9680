import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aepsych_grpc.core.models.ard_kernel import ArdKernel
from aepsych_grpc.core.models.gaussian_process import GaussianProcessModel
from aepsych_grpc.core.models.hyperprior import Hyperprior, LogParameter
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.core.models.population import (
    REACH,
    SPREAD,
    SPREAD_SD,
    Evidence,
    _marginal,
    evidence_near,
    population_hyperprior,
)
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.sobol import sobol_points

OWN = Hyperprior((LogParameter("a", 2.0, 1.0), LogParameter("b", 0.5, 0.75)))


def of(place: list[float], precision: list[float]) -> Evidence:
    H = np.diag(precision)
    return Evidence(H, H @ np.array(place))


def test_nobody_teaches_nothing() -> None:
    assert population_hyperprior(OWN, []) == OWN


def test_the_silent_leave_the_prior_as_wide_as_it_is() -> None:
    learned = population_hyperprior(OWN, [of([3.0, -3.0], [0.0, 0.0])] * 5)
    assert np.allclose(learned.centre, OWN.centre)
    assert np.allclose(learned.sd, OWN.sd)


def test_those_who_agree_narrow_it_around_what_they_say() -> None:
    learned = population_hyperprior(OWN, [of([1.0, -0.5], [400.0, 400.0])] * 8)
    assert learned.centre == pytest.approx(OWN.centre + OWN.sd * [1.0, -0.5], abs=0.05)
    assert (learned.sd < SPREAD * 1.1).all()


def test_those_who_differ_leave_it_wide() -> None:
    agreeing = population_hyperprior(OWN, [of([0.0, 0.0], [100.0, 100.0])] * 6)
    differing = population_hyperprior(OWN, [of([place, 0.0], [100.0, 100.0]) for place in (-2, 2, -1.5, 1.5, -1, 1)])
    assert differing.sd[0] > 2.5 * agreeing.sd[0]
    assert differing.sd[1] == pytest.approx(agreeing.sd[1], rel=0.05)
    assert (differing.sd <= OWN.sd).all()


PEOPLE = [(0.8, 3.0), (-0.2, 8.0), (1.5, 1.0)]


@pytest.mark.parametrize("people", [PEOPLE[:1], PEOPLE[:2], PEOPLE, [(0.3 * i, 50.0) for i in range(12)]], ids=len)
@pytest.mark.parametrize("sd", [0.75, 1.25])
def test_it_agrees_with_integration_over_a_grid(people: list[tuple[float, float]], sd: float) -> None:
    own = Hyperprior((LogParameter("a", 1.0, sd),))
    learned = population_hyperprior(own, [of([place], [precision]) for place, precision in people])
    log_tau, mu = np.linspace(np.log(SPREAD / sd) - 4, np.log(SPREAD / sd) + 4, 401)[:, None], np.linspace(-8, 8, 2401)
    tau_squared = np.exp(2 * log_tau)
    density = -0.5 * mu**2 - 0.5 * ((log_tau - np.log(SPREAD / sd)) / SPREAD_SD) ** 2
    for place, precision in people:
        v = tau_squared + 1 / precision
        density = density - 0.5 * np.log(v) - 0.5 * (mu - place) ** 2 / v
    weight = np.exp(density - density.max())
    weight /= weight.sum()
    mean = (weight * mu).sum()
    variance = (weight * (tau_squared + (mu - mean) ** 2)).sum()
    assert learned.centre[0] == pytest.approx(sd * mean, abs=0.01)
    assert learned.sd[0] == pytest.approx(sd * min(variance, 1.0) ** 0.5, rel=0.02)


def test_correlated_evidence_is_integrated_as_a_whole() -> None:
    H, T = np.array([[5.0, -4.0], [-4.0, 6.0]]), np.array([0.04, 0.3])
    place = np.array([0.7, -0.4])
    _, mean, covariance = _marginal(T, [Evidence(H, H @ place)])
    exact = np.linalg.inv(np.eye(2) + np.linalg.inv(np.diag(T) + np.linalg.inv(H)))
    assert covariance == pytest.approx(exact)
    assert mean == pytest.approx(exact @ np.linalg.inv(np.diag(T) + np.linalg.inv(H)) @ place)


MODEL = GaussianProcessModel(kernel=ArdKernel((False, False)), response=BinaryResponse(guess_rate=0.0, lapse_rate=0.0))


def participant(seed: int, n: int) -> TrainingData:
    X = sobol_points(2, n, seed=seed)
    luck = torch.rand(n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return TrainingData(X, (luck < torch.special.ndtr(8 * (X[:, 0] - 0.5))).double())


def test_participants_teach_which_parameter_matters() -> None:
    learned = MODEL.population_prior([[participant(seed, 80)] for seed in range(4)])
    own = MODEL.hyperprior
    assert learned.centre[1] - own.centre[1] > learned.centre[0] - own.centre[0]
    assert (learned.sd <= own.sd).all()
    taught = GaussianProcessModel(kernel=MODEL.kernel, response=MODEL.response, learned=learned)
    assert taught.hyperprior == learned
    assert taught.fit(participant(9, 30)).note == ""


def test_empty_constant_and_broken_participants_do_no_harm() -> None:
    nothing = TrainingData(torch.empty(0, 2, dtype=torch.float64), torch.empty(0, dtype=torch.float64))
    assert MODEL.population_prior([[nothing]]) == MODEL.hyperprior
    same = TrainingData(torch.full((50, 2), 0.5, dtype=torch.float64), torch.ones(50, dtype=torch.float64))
    assert np.isfinite(MODEL.population_prior([[same], [participant(1, 1)]]).sd).all()
    broken = TrainingData(torch.full((5, 2), torch.nan, dtype=torch.float64), torch.ones(5, dtype=torch.float64))
    assert MODEL.population_prior([[broken], []]) == MODEL.hyperprior


def test_the_broken_are_left_out_and_the_others_teach() -> None:
    sound = [[participant(seed, 40)] for seed in range(2)]
    broken = TrainingData(torch.full((5, 2), torch.nan, dtype=torch.float64), torch.ones(5, dtype=torch.float64))
    assert MODEL.population_prior([*sound, [broken]]) == MODEL.population_prior(sound)


def test_nobody_in_particular_comes_first() -> None:
    people = [[participant(seed, 40)] for seed in range(3)]
    one, other = (MODEL.population_prior(order) for order in (people, people[::-1]))
    assert one.centre == pytest.approx(other.centre, abs=1e-3)
    assert one.sd == pytest.approx(other.sd, rel=1e-3)


def test_experiments_of_one_participant_say_less_of_others_than_those_of_several() -> None:
    agreeing = of([1.0, -0.5], [30.0, 30.0])
    several = population_hyperprior(OWN, [agreeing] * 5)
    one = population_hyperprior(OWN, [agreeing + agreeing + agreeing + agreeing + agreeing])
    assert (one.sd > 1.2 * several.sd).all()
    sessions = [participant(seed, 60) for seed in range(3)]
    together, apart = MODEL.population_prior([sessions]), MODEL.population_prior([[data] for data in sessions])
    assert (together.sd >= apart.sd).all()
    assert together != apart


def test_one_participant_narrows_the_prior_no_further_than_the_population_may_be_wide() -> None:
    learned = population_hyperprior(OWN, [of([0.0, 0.0], [1e6, 1e6])])
    assert (learned.sd > 1.6 * SPREAD).all()


@pytest.mark.parametrize("count", [1, 3, 10, 30])
def test_those_who_always_answer_the_same_do_not_carry_the_population_away(count: int) -> None:
    """Their evidence may rise without curving down; the Gaussian must not go on rising for ever."""
    slope = np.array([0.5, 0.0])
    rising = evidence_near(lambda _: slope, np.array([0.5, 0.0]), np.diag([-0.1, 0.2]))
    assert rising.b - rising.H @ np.array([0.5, 0.0]) == pytest.approx(slope)
    learned = population_hyperprior(OWN, [rising] * count)
    assert 0 < (learned.centre[0] - OWN.centre[0]) / OWN.sd[0] <= 0.5 + REACH


@pytest.mark.parametrize("response", [0.0, 1.0])
def test_a_participant_who_always_answers_the_same_leaves_the_others_lesson_standing(response: float) -> None:
    sound = [[participant(seed, 60)] for seed in range(3)]
    same = TrainingData(sobol_points(2, 60, seed=9), torch.full((60,), response, dtype=torch.float64))
    without, along = MODEL.population_prior(sound), MODEL.population_prior([*sound, [same]])
    own = MODEL.hyperprior
    assert (np.abs(along.centre - without.centre) < 0.6 * own.sd).all()
    assert (along.sd <= own.sd).all()


def test_those_who_guess_teach_finite_things() -> None:
    luck = np.random.default_rng(3)
    coins = [
        [TrainingData(sobol_points(2, 40, seed=seed), torch.from_numpy(luck.integers(0, 2, 40).astype(float)))]
        for seed in range(3)
    ]
    learned = MODEL.population_prior(coins)
    assert np.isfinite(learned.centre).all()
    assert ((learned.sd > 0) & (learned.sd <= MODEL.hyperprior.sd)).all()


@settings(max_examples=30)
@given(people=st.lists(st.tuples(st.floats(-4, 4), st.floats(-4, 4), st.floats(0, 1e4), st.floats(0, 1e4)), max_size=6))
def test_the_prior_is_never_wider_than_the_model_s_own(people: list[tuple[float, float, float, float]]) -> None:
    learned = population_hyperprior(OWN, [of([a, b], [h, k]) for a, b, h, k in people])
    assert np.isfinite(learned.centre).all()
    assert ((learned.sd > 0) & (learned.sd <= OWN.sd * (1 + 1e-12))).all()
    assert (np.abs(learned.centre - OWN.centre) <= 4 * OWN.sd + 1e-9).all()


def test_those_who_contradict_each_other_leave_the_model_s_own_prior() -> None:
    learned = population_hyperprior(OWN, [of([place, place], [100.0, 100.0]) for place in (-3, 3, -2.5, 2.5, -2, 2)])
    assert learned.centre == pytest.approx(OWN.centre, abs=1e-6)
    assert learned.sd == pytest.approx(OWN.sd)


def test_a_prior_of_other_hyperparameters_is_refused() -> None:
    with pytest.raises(ValueError, match="A prior of a, b for lengthscale_0"):
        GaussianProcessModel(kernel=MODEL.kernel, response=MODEL.response, learned=OWN)
