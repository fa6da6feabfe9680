import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.bench.observers import BinaryObserver, standard_normal_cdf

RATES = st.floats(0, 0.49)


@given(RATES, RATES, st.floats(-50, 50))
def test_probabilities_stay_between_guessing_and_lapsing(guess, lapse, f):
    observer = BinaryObserver(field=lambda _: f, guess_rate=guess, lapse_rate=lapse)
    assert guess <= observer.probability({}) <= 1 - lapse + 1e-12


def test_at_threshold_half_of_the_way_is_reached():
    observer = BinaryObserver(field=lambda _: 0.0, guess_rate=0.5, lapse_rate=0.02)
    assert observer.probability({}) == pytest.approx(0.74)


def test_the_normal_distribution_function_is_known_at_some_points():
    for z, p in ((0, 0.5), (1, 0.841344746), (-1.959964, 0.025), (-8, 6.22096e-16)):
        assert standard_normal_cdf(z) == pytest.approx(p, rel=1e-5)


def test_responses_have_their_probability_and_their_seed():
    observer = BinaryObserver(field=lambda stimulus: stimulus["x"], guess_rate=0.5)
    rng = random.Random(3)
    drawn = [observer.respond({"x": 0.0}, rng) for _ in range(4000)]
    assert sum(drawn) / 4000 == pytest.approx(0.75, abs=4 * math.sqrt(0.75 * 0.25 / 4000))
    again = random.Random(3)
    assert drawn == [observer.respond({"x": 0.0}, again) for _ in range(4000)]
