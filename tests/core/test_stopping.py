import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.core.stopping import Counts, asks_left, awaits_verdict, is_finished, remaining


def counts(asks=0, tells=0, zeros=0, ones=0, limit=None):
    return Counts(
        asks=asks, tells=tells, occurrences={("response", 0): zeros, ("response", 1): ones}, limit=limit
    )  # fmt: skip


@pytest.mark.parametrize(
    ("stopping", "now", "texts", "left"),
    [
        (Stopping(min_asks=10), counts(asks=7), ("asks 7 of 10",), 3),
        (Stopping(min_asks=10), counts(asks=10), (), 0),
        (Stopping(min_asks=0), counts(), (), 0),
        (Stopping(max_asks=20), counts(asks=7), ("asks 7 of 20",), 13),
        (Stopping(max_asks=20), counts(asks=20), (), 0),
        (Stopping(min_total_tells=30), counts(asks=40, tells=12), ("tells 12 of 30",), None),
        (Stopping(min_total_tells=30), counts(tells=30), (), 0),
        (Stopping(min_asks=10, min_total_tells=30), counts(asks=4, tells=12), ("asks 4 of 10", "tells 12 of 30"), None),
        (Stopping(min_asks=10, min_total_tells=30), counts(asks=4, tells=31), ("asks 4 of 10",), 6),
        (
            Stopping(min_total_tells=30, max_asks=50),
            counts(asks=4, tells=12),
            ("tells 12 of 30", "asks 4 of at most 50"),
            46,
        ),
        (Stopping(min_asks=10, max_asks=50), counts(asks=4), ("asks 4 of 10",), 6),
        (Stopping(min_outcome_occurrences=2), counts(zeros=5, ones=1), ("response = 1 in 1 of 2",), None),
        (Stopping(min_outcome_occurrences=2), counts(zeros=5, ones=2), (), 0),
        (Stopping(min_outcome_occurrences=2, max_asks=9), counts(asks=9, zeros=5), (), 0),
        (Stopping(max_seconds=600), counts(asks=10**6), ("at most 600 s",), None),
        (
            Stopping(min_asks=10, max_threshold_interval=0.1),
            counts(asks=12),
            ("a threshold interval of at most 0.1",),
            None,
        ),
        (
            Stopping(min_asks=10, min_posterior_range=0.4),
            counts(asks=7),
            ("asks 7 of 10", "a posterior range of 0.4"),
            None,
        ),
        (Stopping(min_posterior_range=0.4, max_asks=9), counts(asks=9), (), 0),
        (Stopping(run_indefinitely=True), counts(asks=10**6), ("a request to finish",), None),
        (Stopping(run_indefinitely=True), counts(asks=3, limit=12), ("asks 3 of 12",), 9),
        (Stopping(run_indefinitely=True), counts(asks=12, limit=12), (), 0),
        (Stopping(min_asks=40), counts(asks=12, limit=12), (), 0),
        (Stopping(min_asks=40), counts(asks=3, limit=12), ("asks 3 of 40",), 9),
    ],
)
def test_strategies_end_by_their_rules(stopping, now, texts, left):
    assert remaining(stopping, now) == texts
    assert asks_left(stopping, now) == left
    assert is_finished(stopping, now) == (not texts)


@pytest.mark.parametrize(
    ("stopping", "now", "verdict"),
    [
        (Stopping(min_asks=10, min_posterior_range=0.4), counts(asks=9), False),
        (Stopping(min_asks=10, min_posterior_range=0.4), counts(asks=10), True),
        (Stopping(min_posterior_range=0.4, max_asks=9), counts(asks=9), False),
        (Stopping(max_threshold_interval=0.1), counts(), True),
        (Stopping(min_asks=10), counts(asks=9), False),
        (Stopping(max_seconds=600), counts(asks=9), False),
    ],
)
def test_the_model_is_asked_once_the_counts_are_reached(stopping, now, verdict):
    assert awaits_verdict(stopping, now) == verdict


maybe = st.none() | st.integers(0, 20)


@given(
    st.builds(
        Stopping,
        min_asks=maybe,
        max_asks=st.none() | st.integers(1, 20),
        min_total_tells=maybe,
        min_outcome_occurrences=maybe,
    ),
    st.builds(counts, *[st.integers(0, 20)] * 4, limit=maybe),
)
def test_a_strategy_ends_with_the_last_of_the_asks_that_are_left(stopping, now):
    left = asks_left(stopping, now)
    if left is not None:
        for more in range(left + 1):
            later = counts(now.asks + more, now.tells, *now.occurrences.values(), limit=now.limit)
            assert is_finished(stopping, later) == (more == left)
