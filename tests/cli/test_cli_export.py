"""`aepsych-grpc experiments`, `export` and `import`, from a database and from a server."""

import csv
import json

import pytest
from typer.testing import CliRunner

from aepsych_grpc.cli import app
from aepsych_grpc.client import Client
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server

CONFIG = {
    "name": "contrast",
    "parameters": [{"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1}}],
    "intensity_parameter": "contrast",
    "strategies": [
        {"generator": {"name": "sobol"}, "model": {"name": "gp_classification"}, "stopping": {"max_asks": 4}}
    ],
}


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, [str(one) for one in arguments])


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "study.db"
    with Client(transport=InProcessTransport(str(path))) as client:
        for participant, count in (("p01", 4), ("p02", 2)):
            experiment = client.setup(CONFIG, participant_id=participant, labels={"group": "[red]x"}, seed=1)
            for _ in range(count):
                experiment.tell(experiment.ask(), 1)
    return path


@pytest.fixture
def ids(database):
    return run("experiments", "--database", database, "--ids").stdout.split()


def test_experiments_are_a_table(database, ids):
    shown = run("experiments", "--database", database)
    assert shown.exit_code == 0
    heading, second, first = shown.stdout.splitlines()
    assert heading.split() == ["ID", "Participant", "Study", "Labels", "State", "Asked", "Told", "Updated", "(UTC)"]
    assert second.split()[:7] == [ids[0], "p02", "contrast", "group=[red]x", "running", "2", "2"]
    assert first.split()[:7] == [ids[1], "p01", "contrast", "group=[red]x", "finished", "4", "4"]
    only = run("experiments", "--database", database, "--participant", "p01", "--name", "contrast", "--ids")
    assert only.stdout.split() == ids[1:]
    assert "no such experiments" in run("experiments", "--database", database, "--name", "other").stdout


def test_a_table_from_a_database(database, ids, tmp_path):
    file = tmp_path / "all.csv"
    done = run("export", *ids, "--database", database, "--format", "wide", "--output", file, "--posterior")
    assert done.exit_code == 0, done.output
    assert str(file) in done.stdout
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert [row["participant_id"] for row in rows] == ["p02"] * 2 + ["p01"] * 4
    assert 0 < float(rows[0]["posterior_mean_response"]) < 1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], "{}-wide.csv"),
        (["--format", "csv"], "{}.csv"),
        (["--output", "x.parquet"], "x.parquet"),
        (["--output", "x", "--format", "json"], "x"),
        (["--output", "x"], "x"),
    ],
)
def test_where_the_file_goes(database, ids, tmp_path, monkeypatch, arguments, name):
    monkeypatch.chdir(tmp_path)
    done = run("export", ids[0], "--database", database, *arguments)
    assert done.exit_code == 0, done.output
    assert (tmp_path / name.format(ids[0])).stat().st_size > 100


def test_from_a_server_that_wants_a_token(database, ids, tmp_path):
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("# the lab's\ns3cret\n")
    server = Server(database, Exposure(port=0, token_file=tokens))
    try:
        at = ("--address", server.address, "--token-file", tokens)
        assert run("experiments", *at, "--ids").stdout.split() == ids
        done = run("export", ids[1], *at, "--output", tmp_path / "p01.csv")
        assert done.exit_code == 0, done.output
        refused = run("export", ids[1], "--address", server.address, "--output", tmp_path / "no.csv")
        assert (refused.exit_code, (tmp_path / "no.csv").exists()) == (1, False)
        assert "token" in refused.stderr
    finally:
        server.stop(0)


def test_an_experiment_goes_on_elsewhere(database, ids, tmp_path):
    file, other = tmp_path / "p02.json", tmp_path / "other.db"
    assert run("export", ids[0], "--database", database, "--output", file).exit_code == 0
    done = run("import", file, "--database", other)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{ids[0]}: 5 events\n"
    assert run("db", "check", other).stdout == "1 experiments, 5 events: all is well.\n"
    asked = []
    for path in (database, other):
        with Client(transport=InProcessTransport(str(path))) as client:
            asked.append(client.experiment(ids[0]).ask().stimuli)
    assert asked[0] == asked[1]
    again = run("import", file, "--database", other)
    assert again.exit_code == 1
    assert f'already an experiment "{ids[0]}"' in again.stderr
    assert "--new-id" in again.stderr
    new = run("import", file, "--database", other, "--new-id")
    assert f"(was {ids[0]})" in new.stdout
    assert len(run("experiments", "--database", other, "--ids").stdout.split()) == 2


def test_a_file_that_is_cut_short_makes_no_database(database, ids, tmp_path):
    file, other = tmp_path / "p02.json", tmp_path / "other.db"
    run("export", ids[0], "--database", database, "--output", file)
    file.write_bytes(file.read_bytes()[:-9])
    done = run("import", file, "--database", other)
    assert (done.exit_code, other.exists()) == (1, False)
    assert "p02.json: It is cut short" in done.stderr
    assert "Traceback" not in done.output


def test_a_setup_that_is_there_under_another_id(database, ids, tmp_path):
    file = tmp_path / "p02.json"
    run("export", ids[0], "--database", database, "--output", file)
    content = json.loads(file.read_text())
    content["experiments"][0]["experiment_id"] = "0" * 12
    file.write_text(json.dumps(content))
    done = run("import", file, "--database", database)
    assert done.exit_code == 1
    assert ids[0] in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "nobody", "--database", "{db}"], 'no experiment "nobody" in {db}; the latest are: {id}'),
        (["export", "x", "--database", "{db}", "--output", "x.xlsx"], ".parquet"),
        (["export", "x", "--database", "{db}", "--output", "/nowhere/x.csv"], "/nowhere: There is no such folder"),
        (["export", "x", "--database", "nowhere.db"], "There is no database nowhere.db"),
        (["export", "x", "--database", "{db}", "--address", "localhost"], "not both"),
        (["export", "x", "--address", "http://localhost"], 'write "localhost"'),
        (["export", "x", "--token-file", "nowhere"], "nowhere: No such file"),
        (["experiments", "--database", "{csv}"], "can't be opened"),
        (["import", "nowhere.json", "--database", "{db}"], "nowhere.json: No such file"),
        (["import", "{csv}", "--database", "{db}"], "no JSON"),
        (["import", "{json}", "--database", "/nowhere/x.db"], "no folder /nowhere"),
        (["import", "{json}", "--database", "mysql://x/y"], 'kind "mysql" are not supported'),
        (["experiments", "--database", "postgresql://me:secret@localhost:1/x"], "postgresql://me@localhost:1/x can't"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(database, ids, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    files = {"id": ids[0], "db": database, "csv": tmp_path / "file.csv", "json": tmp_path / "file.json"}
    run("export", ids[0], "--database", database, "--output", files["json"])
    files["csv"].write_text("a,b\n1,2\n" * 200)
    done = run(*(one.format(**files) for one in arguments))
    assert done.exit_code == 1
    assert message.format(**files) in done.stderr
    assert "secret" not in done.stderr
    assert done.stderr.startswith("aepsych-grpc: ")
    assert "Traceback" not in done.output


def test_the_help_shows_commands_to_copy():
    for command in ("export", "import", "experiments"):
        shown = run(command, "--help").stdout
        assert f"    aepsych-grpc {command}" in shown
