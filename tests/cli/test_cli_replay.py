"""`aepsych-grpc replay`: what it prints, its exit codes, and that it leaves everything alone."""

import sqlite3
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from aepsych_grpc.cli import app
from aepsych_grpc.client import Client
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server
from aepsych_grpc.session.codec import decode, encode

CONFIG = {
    "parameters": [
        {"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1, "log_scale": True}},
        {"name": "eye", "categorical": {"choices": ["left", "right"]}},
    ],
    "intensity_parameter": "contrast",
    "strategies": [
        {"generator": {"name": "sobol"}, "stopping": {"min_asks": 3}},
        {"generator": {"name": "optimize_acquisition"}, "stopping": {"min_asks": 30}},
    ],
    "seed": 5,
}
TRIALS = 6
AGREES = f"{TRIALS} trials worked out again: {TRIALS} the same, bit for bit; 0 different."


@pytest.fixture
def database(tmp_path):
    return tmp_path / "study.db"


@pytest.fixture
def experiment_id(database):
    with Client(transport=InProcessTransport(str(database))) as client:
        experiment = client.setup(CONFIG, participant_id="p01")
        for _ in range(TRIALS):
            trial = experiment.ask(compute_budget=60)
            experiment.tell(trial, int(trial["contrast"] > 0.1))
        return experiment.experiment_id


def ran(*arguments, code=0):
    result = CliRunner().invoke(app, ["replay", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result


def rows(database):
    connection = sqlite3.connect(database)
    dump = list(connection.iterdump())
    connection.close()
    return dump


def forge(database, kind, change):
    """Change the first event of a kind on record; return its sequence, and what it was."""
    connection = sqlite3.connect(database)
    query = "SELECT sequence, payload FROM events WHERE kind = ? ORDER BY sequence"
    sequence, payload = connection.execute(query, (kind,)).fetchone()
    event = decode(payload)
    forged = encode(replace(event, kind=replace(event.kind, **change(event.kind))))[1]
    connection.execute("UPDATE events SET payload = ? WHERE sequence = ?", (forged, sequence))
    connection.commit()
    connection.close()
    return sequence, event.kind


def test_an_experiment_that_agrees(database, experiment_id):
    before = rows(database)
    assert AGREES in ran(experiment_id, "--database", database).output
    assert rows(database) == before


def test_what_differs_is_in_a_table_and_in_the_exit_code(database, experiment_id):
    other = {"stimuli": ({"contrast": 0.25, "eye": "right"},)}
    sequence, asked = forge(database, "trial_asked", lambda _: other)
    output = ran(experiment_id, "--database", database, code=1).output
    assert "1 different" in output
    (stimulus,) = asked.stimuli
    (row,) = [line.split() for line in output.splitlines() if "contrast" in line]
    assert row == [str(sequence), "trial", "1", "contrast", "0.25", repr(stimulus["contrast"])]
    assert "set up by version" in output


def test_refits_are_verified_when_that_is_wanted(database, experiment_id):
    assert "3 refits: 3 the same; 0 different." in ran(experiment_id, "--database", database, "--verify-refits").output
    change = lambda refit: {"hyperparameters": (0.125, *refit.hyperparameters[1:])}  # noqa: E731  # as short as it is
    sequence, refit = forge(database, "model_refitted", change)
    output = ran(experiment_id, "--database", database, "--verify-refits", code=1).output
    (row,) = [line.split() for line in output.splitlines() if line.split()[:2] == [str(sequence), "refit"]]
    assert row == [str(sequence), "refit", "hyperparameter", "1", "0.125", repr(refit.hyperparameters[0])]


def test_the_log_alone(database, experiment_id):
    output = ran(experiment_id, "--db", database, "--skip-computations").output
    assert f"{TRIALS} trials asked; nothing was worked out." in output


def test_a_picture(database, experiment_id, tmp_path):
    picture = tmp_path / "grown.png"
    output = ran(experiment_id, "--database", database, "--picture", picture).output
    assert f"Picture: {picture}" in output.replace("\n", "")
    assert picture.stat().st_size > 20_000


def test_a_part_of_it(database, experiment_id):
    assert "1 trial worked out again" in ran(experiment_id, "--database", database, "--from-sequence", 15).output


def test_a_server_replays_it_too(database, experiment_id, tmp_path):
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("s3cret\n")
    server = Server(database, Exposure(port=0, token_file=tokens))
    try:
        assert AGREES in ran(experiment_id, "--address", server.address, "--token-file", tokens).output
        assert "token" in ran(experiment_id, "--address", server.address, code=2).stderr
    finally:
        server.stop(0)


def test_what_can_not_be_replayed_says_why(database, experiment_id, tmp_path):
    unknown = ran("nobody", "--database", database, code=2)
    assert f'no experiment "nobody" in {database}; the latest are: {experiment_id}' in unknown.stderr
    both = ran(experiment_id, "--database", database, "--address", "localhost", code=2)
    assert "--database or --address, not both" in both.stderr
    missing = tmp_path / "missing.db"
    assert "There is no database" in ran(experiment_id, "--database", missing, code=2).stderr
    assert not missing.exists()
    text = tmp_path / "text.db"
    text.write_text("no database, but a text\n" * 100)
    assert "file is not a database" in ran(experiment_id, "--database", text, code=2).stderr
    assert "the log has 1 to" in ran(experiment_id, "--database", database, "--from-sequence", 999, code=2).stderr
    nowhere = tmp_path / "no folder" / "picture.png"
    assert "No such file" in ran(experiment_id, "--db", database, "--picture", nowhere, code=2).stderr
