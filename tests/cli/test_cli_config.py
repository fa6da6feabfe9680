import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aepsych_grpc.cli import app
from aepsych_grpc.config.files import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "contrast_threshold.yaml"


def run(*arguments):
    return CliRunner().invoke(app, ["config", *map(str, arguments)])


def test_check_says_what_a_config_means():
    result = run("check", EXAMPLE)
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "contrast 0.002 to 1, on a log scale; responses rise along it" in words
    assert "the threshold is where 49 % are" in words
    assert "trials 50" in words
    assert "Note:" not in words


def test_check_names_every_mistake_with_its_line(tmp_path):
    file = tmp_path / "study.yaml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("upper_bound: 16", "upper_bound: 0.5")
    file.write_text(text.replace("name: sobol", "name: sobl"), encoding="utf-8")
    result = run("check", file)
    assert result.exit_code == 1
    assert result.stdout == ""
    lines = text.splitlines()
    bounds = next(i for i, line in enumerate(lines, 1) if "upper_bound: 0.5" in line)
    generator = next(i for i, line in enumerate(lines, 1) if "name: sobol" in line)
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{file}:{bounds}: parameters[1].continuous.upper_bound: Both bounds are 0.5")
    assert second.startswith(f"{file}:{generator}: strategies[0].generator.name: There is no generator")


@pytest.mark.parametrize(("name", "message_part"), [("missing.yaml", "No such file"), ("", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, message_part):
    result = run("check", tmp_path / name)
    assert result.exit_code == 1
    assert message_part in result.stderr


def test_remarks_do_not_stop_a_config(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text("parameters: [{name: '[red]', continuous: {lower_bound: 0, upper_bound: 1}}]", encoding="utf-8")
    result = run("check", file)
    assert result.exit_code == 0
    assert "[red]" in result.stdout
    assert "Note: lapse_rate is 0" in result.stdout


def test_show_prints_a_config_with_every_default(tmp_path):
    result = run("show", EXAMPLE)
    assert result.exit_code == 0
    file = tmp_path / "shown.yaml"
    file.write_text(result.stdout, encoding="utf-8")
    shown = load(file)
    assert shown.outcomes[0].binary.target == 0.49
    assert shown.strategies[1].acquisition.name
    assert run("show", file).stdout == result.stdout


def test_show_prints_the_same_config_as_json(tmp_path):
    result = run("show", "--json", EXAMPLE)
    assert result.exit_code == 0
    file = tmp_path / "shown.json"
    file.write_text(result.stdout, encoding="utf-8")
    assert run("show", file).stdout == run("show", EXAMPLE).stdout
    assert "cycles/degree" in json.loads(result.stdout)["parameters"][1]["unit"]


def test_without_the_server_only_the_form_is_checked(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "aepsych_grpc.core.catalogue", None)
    result = run("check", EXAMPLE)
    assert result.exit_code == 2
    assert 'pip install "aepsych-grpc[server]"' in result.stderr
    file = tmp_path / "study.yaml"
    file.write_text("colour: green", encoding="utf-8")
    result = run("check", file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{file}:1: colour: There is no field")


def test_help_is_there_without_heavy_imports():
    code = (
        "import sys\nfrom aepsych_grpc.cli import app\napp(['--help'], standalone_mode=False)\n"
        "print({'torch', 'grpc', 'sqlalchemy', 'numpy', 'yaml', 'google.protobuf'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"
