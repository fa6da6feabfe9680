import math

import pytest

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity

CSF = ContrastSensitivity(peak_sensitivity=100, peak_frequency=4, bandwidth=2, low_frequency_loss=0.5)


def test_it_peaks_where_it_says():
    assert CSF.sensitivity(4) == 100
    assert CSF.threshold(4) == 0.01
    assert CSF.sensitivity(3.9) < 100 > CSF.sensitivity(4.1)


def test_it_is_halved_half_a_bandwidth_away():
    assert CSF.sensitivity(8) == pytest.approx(50)
    assert CSF.sensitivity(2) == pytest.approx(50)


def test_it_stops_falling_towards_low_frequencies_only():
    assert CSF.sensitivity(0.1) == pytest.approx(100 * 10**-0.5)
    assert CSF.sensitivity(64) < 1


def test_the_field_is_zero_at_threshold_and_one_a_spread_above():
    stimulus = {"contrast": CSF.threshold(6), "spatial_frequency": 6}
    assert CSF.field(stimulus) == pytest.approx(0, abs=1e-12)
    assert CSF.field({**stimulus, "contrast": stimulus["contrast"] * 10**CSF.spread}) == pytest.approx(1)


def test_the_default_spread_has_the_slope_of_the_weibull_function():
    slope = 1 / (ContrastSensitivity().spread * math.sqrt(2 * math.pi))
    assert slope == pytest.approx(3.5 * math.log(2) * math.log(10) / 2, rel=0.01)
