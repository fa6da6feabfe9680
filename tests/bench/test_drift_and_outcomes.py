import random
import statistics

import pytest

from aepsych_grpc.bench.drift import no_drift, practice, random_walk
from aepsych_grpc.bench.observers import (
    BinaryObserver,
    ChoiceObserver,
    ContinuousObserver,
    OrdinalObserver,
    ProportionObserver,
    standard_normal_cdf,
)

N = 4000


def field(stimulus):
    return stimulus["x"]


def test_practice_levels_off_and_a_stable_observer_stays():
    drift = practice(gain=2.0, trials=50)
    assert drift(0) == 0
    assert drift(50) == pytest.approx(2 * (1 - 1 / 2.718281828))
    assert drift(10_000) == pytest.approx(2)
    assert no_drift(10_000) == 0


def test_a_random_walk_has_its_spread_and_its_seed():
    ends = [random_walk(0.1, random.Random(seed), 100)(100) for seed in range(400)]
    assert statistics.pstdev(ends) == pytest.approx(1.0, rel=0.15)
    walk = random_walk(0.1, random.Random(3), 20)
    assert walk(0) == 0
    assert walk(20) == walk(500)
    assert walk(7) == random_walk(0.1, random.Random(3), 20)(7)


def test_drift_shifts_the_field():
    observer = BinaryObserver(field=field, drift=practice(gain=1.0, trials=1e-9))
    assert observer.probability({"x": 0.5}, trial=0) == pytest.approx(standard_normal_cdf(0.5))
    assert observer.probability({"x": 0.5}, trial=1) == pytest.approx(standard_normal_cdf(1.5))


def test_ratings_follow_the_cumulative_probit_with_lapses():
    observer = OrdinalObserver(field=field, cuts=(-1.0, 0.0, 2.0), lapse_rate=0.2)
    probabilities = observer.probabilities({"x": 0.5})
    below = [standard_normal_cdf(cut - 0.5) for cut in (-1.0, 0.0, 2.0)]
    expected = [below[0], below[1] - below[0], below[2] - below[1], 1 - below[2]]
    assert probabilities == pytest.approx([0.05 + 0.8 * p for p in expected])
    rng = random.Random(1)
    drawn = [observer.respond({"x": 0.5}, rng) for _ in range(N)]
    assert [drawn.count(k) / N for k in range(4)] == pytest.approx(probabilities, abs=0.03)


def test_continuous_answers_have_their_noise_and_lapses_stay_in_range():
    rng = random.Random(2)
    steady = ContinuousObserver(field=field, noise=0.5)
    drawn = [steady.respond({"x": 2.0}, rng) for _ in range(N)]
    assert statistics.mean(drawn) == pytest.approx(2.0, abs=0.04)
    assert statistics.pstdev(drawn) == pytest.approx(0.5, rel=0.05)
    asleep = ContinuousObserver(field=field, noise=0.5, lapse_rate=1.0, lapse_range=(7.0, 8.0))
    assert all(7 <= asleep.respond({"x": 2.0}, rng) <= 8 for _ in range(100))


@pytest.mark.parametrize(("lapse_rate", "bias"), [(0.0, 0.0), (0.3, 0.0), (0.0, 0.8)])
def test_the_second_stimulus_is_chosen_by_the_difference_of_the_values(lapse_rate, bias):
    observer = ChoiceObserver(field=field, lapse_rate=lapse_rate, drift=lambda _: bias)
    rng = random.Random(4)
    drawn = [observer.respond(({"x": 0.2}, {"x": 0.9}), rng) for _ in range(N)]
    expected = lapse_rate / 2 + (1 - lapse_rate) * standard_normal_cdf(0.7 + bias)
    assert statistics.mean(drawn) == pytest.approx(expected, abs=0.03)


def test_one_of_several_stimuli_is_chosen():
    observer = ChoiceObserver(field=field)
    rng = random.Random(5)
    drawn = {observer.respond(({"x": 0.0}, {"x": 0.1}, {"x": 0.2}), rng) for _ in range(200)}
    assert drawn == {0, 1, 2}


def test_a_block_counts_single_presentations():
    observer = ProportionObserver(each=BinaryObserver(field=field, guess_rate=0.5), trials=8)
    rng = random.Random(1)
    counts = [observer.respond({"x": 0.0}, rng) for _ in range(N)]
    assert {0, 8} >= {count for count in counts if not 0 < count < 8}
    assert statistics.mean(counts) == pytest.approx(6, abs=0.1)
    assert statistics.variance(counts) == pytest.approx(8 * 0.75 * 0.25, rel=0.1)
