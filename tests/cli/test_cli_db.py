"""`aepsych-grpc db`, on databases that servers have written."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from postgresql_cluster import Cluster
from typer.testing import CliRunner

from aepsych_grpc.cli import app
from aepsych_grpc.client import Client
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server
from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.schema import VERSION

RELEASED = sorted((Path(__file__).parents[1] / "store" / "data").glob("schema-*.sqlite"))
CONFIG = {
    "name": "detection",
    "parameters": [{"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1}}],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"min_asks": 10000}}],
}


def db(*arguments):
    return CliRunner().invoke(app, ["db", *map(str, arguments)])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with an experiment of three trials."""
    path = tmp_path / "study.db"
    with Client(transport=InProcessTransport(str(path))) as client:
        experiment = client.setup(CONFIG)
        for _ in range(3):
            experiment.tell(experiment.ask(), 1)
    return path


def test_a_sound_database_is_called_so(database: Path) -> None:
    checked = db("check", database)
    assert (checked.exit_code, checked.stdout, checked.stderr) == (0, "1 experiments, 7 events: all is well.\n", "")


def test_what_is_wrong_is_printed_and_fails(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        ((experiment_id,),) = connection.execute("SELECT experiment_id FROM experiments").fetchall()
        connection.execute("UPDATE outcome_values SET value = 0 WHERE trial_id = 2")
        connection.commit()
    checked = db("check", database)
    assert checked.exit_code == 1
    assert checked.stdout.splitlines() == [
        f"experiment {experiment_id}: tables differ from the log: "
        "outcome_values trial_id=2 outcome=0 has value 0.0 instead of 1.0",
        "1 experiments, 7 events: 1 problems.",
    ]


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_a_released_database_is_upgraded_and_goes_on(released: Path, tmp_path: Path) -> None:
    version = int(released.stem.removeprefix("schema-"))
    path = Path(shutil.copy(released, tmp_path / "my study.db"))
    refused = db("check", path)
    assert refused.exit_code == 1
    assert refused.stderr.endswith(f"Stop every server that uses it, then: aepsych-grpc db upgrade '{path}'\n")
    upgraded = db("upgrade", path)
    assert (upgraded.exit_code, upgraded.stdout.splitlines()) == (
        0,
        [f"{path}: schema version {version} is now {VERSION}.", f"The file as it was: {path}.schema-{version}"],
    )
    assert db("check", path).exit_code == 0
    assert db("upgrade", path).stdout == f"{path} has schema version {VERSION} already.\n"
    with Client(transport=InProcessTransport(str(path))) as client:
        for experiment in [client.experiment(one.experiment_id) for one in client.experiments()]:
            before = len(experiment.trials())
            if not experiment.state().finished:
                experiment.ask()
                assert len(experiment.trials()) > before
    assert db("check", path).exit_code == 0
    with closing(sqlite3.connect(path)) as connection:
        ((unsolicited,),) = connection.execute(
            "SELECT parameters FROM v_wide WHERE source = 'unsolicited' AND study = 'contrast sensitivity'"
        ).fetchall()
    assert unsolicited == '{"frequency":8.0,"contrast":0.004}'


def test_a_copy_taken_while_responses_arrive_opens_and_continues(tmp_path: Path) -> None:
    database, copy = tmp_path / "study.db", tmp_path / "copy.db"
    server = Server(database, Exposure(port=0))
    enough, stop = threading.Event(), threading.Event()

    def tell() -> None:
        with Client(server.address) as client:
            experiment = client.setup(CONFIG)
            for i in range(10_000):
                if stop.is_set():
                    break
                experiment.tell(experiment.ask(), i % 2)
                if i == 30:
                    enough.set()

    teller = threading.Thread(target=tell)
    teller.start()
    assert enough.wait(60)
    backed_up = db("backup", database, copy)
    stop.set()
    teller.join()
    server.stop(0)
    assert (backed_up.exit_code, backed_up.stderr) == (0, "")
    assert backed_up.stdout.startswith(f"{copy}: ")
    assert db("check", copy).exit_code == 0
    with Client(transport=InProcessTransport(str(copy))) as client:
        (known,) = client.experiments()
        experiment = client.experiment(known.experiment_id)
        told = [trial for trial in experiment.trials() if trial.state == "told"]
        assert len(told) >= 31
        experiment.tell(experiment.ask(), 1)
    assert db("check", copy).exit_code == 0


def test_a_copy_replaces_nothing(database: Path) -> None:
    refused = db("backup", database, database)
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"aepsych-grpc: {database} exists already; choose another name.\n",
    )


@pytest.mark.parametrize("command", ["check", "upgrade", "backup"])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("nowhere.db", "There is no database nowhere.db."),
        ("oracle://x", 'Databases of kind "oracle" are not supported'),
    ],
)
def test_what_is_no_database_is_named(
    command: str, given: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = db(command, given, *(["copy.db"] if command == "backup" else []))
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"aepsych-grpc: {message}")
    assert list(tmp_path.iterdir()) == []


def test_a_database_on_a_server_is_checked_and_copied_by_its_own_program(postgresql: Cluster, tmp_path: Path) -> None:
    address = postgresql.new_database()
    assert db("check", address).stderr.rstrip().endswith("is empty.")
    open_store(address).close()
    assert db("check", address).stdout == "0 experiments, 0 events: all is well.\n"
    assert "has schema version" in db("upgrade", address).stdout
    refused = db("backup", address, tmp_path / "copy")
    assert refused.exit_code == 1
    assert f"pg_dump --format=custom --file={tmp_path / 'copy'} postgresql://" in refused.stderr
