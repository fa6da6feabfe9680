import errno
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from aepsych_grpc.cli import app
from aepsych_grpc.demo import run as run_module
from aepsych_grpc.demo.server_process import ServerFailedError, ServerProcess


@pytest.mark.parametrize(("kept", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_says_whether_anything_was_lost(monkeypatch, kept, code):
    monkeypatch.setattr(run_module, "run", lambda **_: kept)
    assert CliRunner().invoke(app, ["demo"]).exit_code == code


def test_a_server_that_does_not_start_is_reported(tmp_path):
    log = tmp_path / "server.log"
    with pytest.raises(ServerFailedError, match=r"server\.log"):
        ServerProcess(tmp_path / "no such folder" / "demo.db", log)
    assert log.read_text(encoding="utf-8")


def test_an_output_that_is_a_file_is_refused_in_a_sentence(tmp_path):
    file = tmp_path / "notes.txt"
    file.touch()
    for output in (file, file / "inside"):
        shown = CliRunner().invoke(app, ["demo", "--output", str(output)])
        assert shown.exit_code == 1
        assert (
            shown.output
            == f"aepsych-grpc: {output} can't be a folder, for there is a file; name another with --output.\n"
        )


@pytest.mark.parametrize("broken", ["mkdir", "touch"])
def test_an_output_that_can_t_be_written_is_refused_in_a_sentence(tmp_path, monkeypatch, broken):
    def refuse(*_args, **_more):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, broken, refuse)
    shown = CliRunner().invoke(app, ["demo", "--output", str(tmp_path / "out")])
    assert shown.exit_code == 1
    assert "out (Permission denied); name another with --output." in shown.output
    assert len(shown.output.splitlines()) == 1


@pytest.mark.parametrize(("agreement", "fine"), [("same", True), ("different", False), ("unspecified", True)])
def test_the_demo_says_whether_its_trials_follow_from_the_log(agreement, fine):
    events = [SimpleNamespace(kind="trial_asked", agreement=one) for one in ("same", agreement)]
    console = Console(file=StringIO())
    assert run_module._replay(console, SimpleNamespace(replay=lambda: iter(events))) is fine
    shown = console.file.getvalue()
    assert ("are others" in shown) == (agreement == "different")
    assert ("cut their search short" in shown) == (agreement == "unspecified")


@pytest.mark.slow
def test_the_demo_runs_survives_its_kill_and_leaves_a_picture(tmp_path):
    output = tmp_path / "out"
    shown = CliRunner().invoke(app, ["demo", "--trials", "14", "--output", str(output)], env={"COLUMNS": "80"})
    assert shown.exit_code == 0, shown.output
    assert "server killed (SIGKILL) while the participant looks at trial 7" in shown.output
    assert "nothing is lost: 14 trials and 14 responses are there" in shown.output
    assert "14 trials worked out again from the log are the same, bit for bit" in shown.output
    assert max(map(len, shown.output.splitlines())) <= 80
    assert (output / "demo.png").stat().st_size > 50_000
    with closing(sqlite3.connect(output / "demo.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
