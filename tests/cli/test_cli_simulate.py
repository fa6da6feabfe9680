from pathlib import Path

import pytest
from typer.testing import CliRunner

from aepsych_grpc.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples"

STUDY = """
name: tiny
parameters:
  - name: level
    unit: dB
    continuous: {lower_bound: 0, upper_bound: 40}
intensity_parameter: level
outcomes:
  - binary: {}
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = tmp_path / "tiny.yaml"
    found.write_text(STUDY, encoding="utf-8")
    return found


def run(*arguments):
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def test_it_tells_how_many_trials_are_needed(file):
    result = run(file, "--participants", 2, "--trials", 20, "--workers", 1, "--within", 39)
    assert result.exit_code == 0, result.output
    assert "Half of the thresholds are within ± 39 dB of the truth from 10 trials on." in " ".join(
        result.stdout.split()
    )
    assert Path("tiny-simulation.png").stat().st_size > 10_000


def test_it_tells_that_participants_do_not_teach_each_other_here(file):
    file.write_text(f"{STUDY}population_prior: {{}}\n", encoding="utf-8")
    result = run(file, "--participants", 1, "--trials", 2, "--workers", 1)
    assert "Here each participant begins anew" in result.stdout


@pytest.mark.slow  # starts processes, each of which loads torch
def test_processes_change_nothing(file):
    alone, together = (
        run(file, "--participants", 3, "--trials", 15, "--workers", n, "--seed", 4).stdout for n in (1, 2)
    )
    assert "After 15 trials" in " ".join(alone.split())
    assert alone == together


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--within", "0"), "--within: 0 given"),
        (("--width", "0.4", "0.1"), "the smaller one first"),
        (("--output", "no/such/folder.png", "--trials", "2", "--participants", "1", "--workers", "1"), "No such file"),
    ],
)
def test_bad_options_are_told(file, arguments, message):
    result = run(file, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr


def test_studies_of_other_kinds_are_refused_by_name():
    result = run(EXAMPLES / "constant_stimuli.yaml")
    assert result.exit_code == 1
    assert "2 outcomes" in result.stderr


def test_a_mistake_in_the_config_is_told_with_its_line(file):
    file.write_text(STUDY.replace("upper_bound: 40", "upper_bound: -1"), encoding="utf-8")
    result = run(file)
    assert result.exit_code == 1
    assert "tiny.yaml:6" in result.stderr


def test_a_missing_file_is_named():
    result = run("nowhere.yaml")
    assert result.exit_code == 1
    assert "nowhere.yaml" in result.stderr
