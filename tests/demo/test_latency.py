import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepsych_grpc.demo.latency import percentile, timed


@given(st.lists(st.floats(0, 10), min_size=1, max_size=200), st.sampled_from([1, 50, 90, 99, 100]))
def test_percentiles_are_those_of_numpy(durations, p):
    assert percentile(durations, p) == np.percentile(durations, p, method="inverted_cdf")


def test_a_call_is_timed_and_its_result_returned():
    seconds: list[float] = []
    assert timed(lambda: time.sleep(0.02) or 7, seconds) == 7
    assert seconds == [pytest.approx(0.02, abs=0.2)]
    assert seconds[0] >= 0.02
