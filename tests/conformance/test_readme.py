"""The README's lines, as printed, against a live server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from aepsych_grpc.client import Client
from aepsych_grpc.config.files import check
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.server.exposure import Exposure, ExposureError
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server

README = Path(__file__).parents[2] / "README.md"
PORT = 50051
HTTP_PORT = 50052


def printed_lines(heading, language):
    (block,) = re.findall(
        rf"^#+ {heading}$.*?^```{language}\n(.*?)^```$", README.read_text(), flags=re.MULTILINE | re.DOTALL
    )
    return block


@pytest.fixture
def server_of_the_readme(tmp_path):
    try:
        server = Server(tmp_path / "readme.db", Exposure(port=PORT, http_port=HTTP_PORT))
    except ExposureError as error:
        pytest.skip(f"the README's port is taken: {error}")
    yield
    server.stop(0)


@pytest.mark.usefixtures("server_of_the_readme")
def test_the_grpcurl_lines_work_as_printed(environment, tmp_path):
    script = printed_lines("By hand, with grpcurl", "sh")
    assert f"localhost:{PORT}" in script
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    output = ran.stdout
    experiment_id = re.search(r"^experiment (\w+)$", output, flags=re.MULTILINE)
    assert experiment_id, output
    for expected in (
        "aepsych_grpc.v1.ExperimentService",
        "// Asks for the next trials. They are recorded as pending before the answer.",
        '"trialId": 1',
        '"source": "TRIAL_SOURCE_SOBOL"',
        '"observationId": "trial-1"',
        '"nextTrials"',
        '"thresholdContour"',
        '"responses"',
        f'"experimentId": "{experiment_id[1]}"',
        '"pendingCount": 1',
        '"eye": "left"',
    ):
        assert expected in output


@pytest.mark.usefixtures("server_of_the_readme")
def test_the_curl_lines_work_as_printed(environment, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    script = printed_lines("Over HTTP, with curl", "sh")
    assert f"localhost:{HTTP_PORT}" in script
    command = ["bash", "-euo", "pipefail", "-c", script]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    for expected in (
        f"curl http://localhost:{HTTP_PORT}/aepsych_grpc.v1.ExperimentService/GetServerInfo",
        '"source": "TRIAL_SOURCE_SOBOL"',
        '"nextTrials": [{"trialId": 2',
        '"thresholdContour"',
        '"trials": [{"trialId": 1',
        '{"code": "invalid_argument", "message": "fixed_parameter: There is no field',
        'Did you mean \\"fixed_parameters\\"?',
    ):
        assert expected in ran.stdout


@pytest.mark.usefixtures("server_of_the_readme")
def test_the_python_loop_works_as_printed(tmp_path, monkeypatch, capsys):
    script = printed_lines("In Python", "python")
    assert f"localhost:{PORT}" in script
    (tmp_path / "examples").symlink_to(README.parent / "examples")
    monkeypatch.chdir(tmp_path)
    names = {"show_grating": lambda contrast, frequency: int(contrast > 0.02 * frequency)}
    exec(script, names)  # the README's own lines
    assert len(names["trials"]) == 50
    assert Path("p01.png").stat().st_size > 10_000
    assert "spatial_frequency" in capsys.readouterr().out


@pytest.mark.usefixtures("server_of_the_readme")
def test_earlier_participants_teach_as_printed(tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(README.parent / "examples")
    monkeypatch.chdir(tmp_path)
    earlier = Client(f"localhost:{PORT}").setup("examples/contrast_threshold.yaml", participant_id="p01")
    for i in range(12):
        earlier.tell({"contrast": 0.003 * 1.6**i, "spatial_frequency": 1 + i % 5}, int(i > 5))
    earlier.finish()
    names = {}
    exec(printed_lines("Earlier participants", "python"), names)  # the README's own lines
    assert names["experiment"].learned_from == (earlier.experiment_id,)
    assert capsys.readouterr().out == f"('{earlier.experiment_id}',) ()\n"


def test_the_database_is_read_and_copied_as_printed(environment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server = Server("aepsych.db", Exposure(port=0))
    experiment = Client(server.address).setup(README.parent / "examples" / "contrast_threshold.yaml")
    for i in range(3):
        experiment.tell(experiment.ask(), i % 2)
    names = {}
    exec(printed_lines("The database", "python"), names)  # the README's own lines, while the server runs
    names["database"].close()
    shown = [dict(trial) for trial in experiment.trials()]
    assert names["table"][list(shown[0])].to_dict("records") == shown
    (outcome,) = set(names["table"].columns) - set(shown[0])
    assert list(names["table"][outcome]) == [0, 1, 0]
    check_it, copy_it, serve_it = printed_lines("The database", "sh").splitlines()
    for line in (copy_it, check_it, check_it.replace("aepsych.db", "copy.db")):
        ran = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
    assert "--database postgresql://" in serve_it
    server.stop(0)


@pytest.mark.usefixtures("server_of_the_readme")
def test_a_replay_works_as_printed(tmp_path, environment, capsys):
    with Client(f"localhost:{PORT}") as client:
        experiment = client.setup(README.parent / "examples" / "contrast_threshold.yaml", seed=1)
        for _ in range(12):
            trial = experiment.ask(compute_budget=60)
            experiment.tell(trial, int(trial["contrast"] > 0.05))
    names = {"ID": experiment.experiment_id}
    exec(printed_lines("Again from the log", "python"), names)  # the README's own lines
    assert names["different"] == []
    assert "spatial_frequency" in capsys.readouterr().out
    assert names["halfway"].threshold().observation_count == 7
    command = printed_lines("Again from the log", "sh").replace(" ID ", f" {experiment.experiment_id} ")
    line = command.replace("aepsych.db", str(tmp_path / "readme.db")).split()
    ran = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "12 the same, bit for bit; 0 different." in ran.stdout
    assert (tmp_path / "p01-grown.png").is_file()


def test_the_option_for_earlier_participants_is_as_printed(tmp_path):
    text = README.read_text()
    for printed, expected in (("population_prior: {}", 10), ("population_prior: {max_experiments: 20}", 20)):
        assert f"`{printed}`" in text
        path = tmp_path / "study.yaml"
        path.write_text(f"name: study\n{printed}\n{printed_lines('A study is a file', 'yaml')}")
        assert check(path, CATALOGUE).population_prior.max_experiments == expected


def test_the_study_is_a_file_that_passes_the_check(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(printed_lines("A study is a file", "yaml"))
    config = check(path, CATALOGUE)
    assert [strategy.generator.name for strategy in config.strategies] == ["sobol", "optimize_acquisition"]


def test_the_data_are_taken_home_as_printed(environment, tmp_path):
    script = printed_lines("Taking the data home", "sh")
    with Client(transport=InProcessTransport(str(tmp_path / "aepsych.db"))) as client:
        experiment = client.setup(README.parent / "examples" / "contrast_threshold.yaml", participant_id="p01")
        for i in range(3):
            experiment.tell(experiment.ask(), i % 2)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(README.parent)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count(experiment.experiment_id) == 2
    assert len((tmp_path / "p01.csv").read_text().splitlines()) == 4
    for name in ("p01.csv", "p01.parquet", "p01.json"):
        assert (tmp_path / name).stat().st_size > 500
    with Client(transport=InProcessTransport(str(tmp_path / "elsewhere.db"))) as client:
        assert client.experiment(experiment.experiment_id).ask().trial_id == 4
