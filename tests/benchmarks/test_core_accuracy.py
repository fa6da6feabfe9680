import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from aepsych_grpc.bench.problems import PROBLEMS

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """Import a script of the benchmarks, which import each other by their bare names."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module


@pytest.mark.parametrize("problem", ["detection-2d", "hartmann-6d"])
def test_a_run_is_measured_at_its_checkpoints(load, problem):
    tasks = load("core_tasks")
    records = [
        record
        for method in ("default", "sobol", "straddle")
        for record in tasks.run(tasks.Task(problem=problem, method=method, seed=1, checkpoints=(6, 12)))
    ]
    assert [record["trials"] for record in records] == [6, 12] * 3
    assert all(0 < record["level_set_brier"] < 1 for record in records)
    for measure in ("coverage", "threshold_rmse"):
        assert all((record[measure] is None) == (problem == "hartmann-6d") for record in records)
    default, _, straddle = (record["level_set_brier"] for record in records if record["trials"] == 6)
    assert default == straddle  # both are Sobol until trial 10


def test_what_aepsych_believes_is_measured(load, tmp_path):
    tasks = load("core_tasks")
    peer = tmp_path / "python"
    peer.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).with_name("fake_aepsych.py")}"\n')
    peer.chmod(0o755)
    for method, ask_ms in (("aepsych", pytest.approx(100)), ("aepsych-on-sobol", None)):
        task = tasks.Task(problem="detection-2d", method=method, seed=1, checkpoints=(4, 9), aepsych_python=peer)
        records = tasks.run(task)
        assert [record["trials"] for record in records] == [4, 9]
        for record in records:
            assert record["level_set_brier"] < 1e-3
            assert record["threshold_rmse"] < 2 / 59  # a step of the grid that it is looked at on
            assert record["coverage"] is None
            assert record["fit_cpu_ms"] == 200
            assert record["ask_cpu_ms"] == ask_ms


def test_single_operations_have_their_cost(load):
    assert all(cost > 0 for cost in load("core_cost").costs(PROBLEMS["detection-2d"], 12))


def test_inducing_points_are_compared_with_all_trials(load):
    sparse = load("core_sparse")
    table = sparse._difference_table([PROBLEMS["detection-2d"]], 60, sparse.Console())
    (largest,) = table.columns[2].cells
    assert 0 <= float(largest) < 0.01


def test_differences_are_paired_and_carry_their_standard_error(load):
    report = load("core_report")
    luck = (0.1, 0.3, 0.5)
    records = [
        {"problem": "p", "method": method, "seed": seed, "trials": 10, "ask_cpu_ms": None, "fit_cpu_ms": 1.0}
        | dict.fromkeys(report.LABELS, value + luck[seed])
        for method, value in (("default", 0.1), ("sobol", 0.2))
        for seed in range(3)
    ]
    results = report.Results(records)
    assert str(report.mean(list(luck))) == "0.300 ± 0.115"
    assert report._difference(results, "p", "default", 10) == "-0.100 ± 0.000"
    (table,) = report.accuracy_tables(results, [10, 50])
    assert [column.header for column in table.columns] == ["method", "measure", "seeds", "10 trials"]


@pytest.mark.slow  # starts processes, each of which loads torch
def test_the_benchmark_goes_on_where_it_was(tmp_path):
    output = tmp_path / "core.jsonl"
    command = [sys.executable, str(BENCHMARKS / "core_accuracy.py"), "--problems", "detection-2d", "--no-cost"]
    command += ["--methods", "default", "sobol", "--checkpoints", "12", "--output", str(output)]
    first = subprocess.run([*command, "--seeds", "1"], capture_output=True, text=True, check=True, timeout=300)
    before = output.read_text()
    assert "level-set Brier score" in first.stdout
    second = subprocess.run([*command, "--seeds", "2"], capture_output=True, text=True, check=True, timeout=300)
    assert output.read_text().startswith(before)
    assert len(output.read_text().splitlines()) == 2 * len(before.splitlines())
    assert "less Sobol's on the same seeds" in second.stdout
    assert output.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
