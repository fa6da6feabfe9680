import tomllib
from pathlib import Path

import pytest

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.demo import study as study_module
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.study import FEWEST_TRIALS, FREQUENCIES, participant, study, study_file

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("trials", [FEWEST_TRIALS, 50, 300])
def test_the_study_has_as_many_trials_as_wanted(trials):
    strategies = study(trials).strategies
    assert sum(strategy.stopping.min_asks for strategy in strategies) == trials
    assert strategies[-1].stopping.min_asks >= 2


def test_thresholds_lie_within_the_study_s_bounds():
    contrast, frequency = study(50).parameters
    truth = ContrastSensitivity()
    for spatial_frequency in FREQUENCIES:
        assert frequency.continuous.lower_bound <= spatial_frequency <= frequency.continuous.upper_bound
        assert contrast.continuous.lower_bound < truth.threshold(spatial_frequency) < contrast.continuous.upper_bound


def test_the_participant_guesses_and_lapses_as_the_study_says():
    observer = participant(study(50), ContrastSensitivity())
    assert observer.probability({"contrast": 1e-9, "spatial_frequency": 4.0}) == pytest.approx(0.0)
    assert observer.probability({"contrast": 1.0, "spatial_frequency": 4.0}) == pytest.approx(0.98)


def test_an_installed_package_has_the_study_beside_the_module(monkeypatch, tmp_path):
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    (source, target), *_ = packed["wheel"]["force-include"].items()
    assert (ROOT / source).resolve() == study_file().resolve()
    installed = tmp_path / target
    installed.parent.mkdir(parents=True)
    installed.write_bytes((ROOT / source).read_bytes())
    monkeypatch.setattr(study_module, "__file__", str(tmp_path / "aepsych_grpc" / "demo" / "study.py"))
    assert study_file() == installed


def test_the_machine_is_one_line():
    assert "cores" in machine()
    assert "\n" not in machine()
