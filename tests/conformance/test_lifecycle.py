"""A server's life as a process: ready, stopped, killed, started again."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.json_format import ParseDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from typer.testing import CliRunner

from aepsych_grpc import __version__
from aepsych_grpc.cli import app
from aepsych_grpc.server import serving
from aepsych_grpc.server.exposure import Exposure, ExposureError
from aepsych_grpc.server.serving import Server
from aepsych_grpc.store.place import place_of
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub

COMMAND = [sys.executable, "-c", "from aepsych_grpc.cli import main; main()", "serve"]
CONFIG = {
    "parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"maxAsks": 100}}],
    "seed": 1,
}
READY = re.compile(
    rf"aepsych-grpc {re.escape(__version__)} listening on (127\.0\.0\.1:\d+)"
    r" and http://127\.0\.0\.1:\d+ \(database (.*)\)\n"
)


@contextlib.contextmanager
def process(database, *arguments):
    """Start a server and yield it and its address once it says that it is ready."""
    command = [*COMMAND, "--port", "0", "--database", str(database), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            line = READY.fullmatch(running.stdout.readline())
            assert line, running.communicate(timeout=10)
            assert line[2] == str(place_of(database))
            yield running, line[1]
        finally:
            running.kill()


@contextlib.contextmanager
def stub_of(address):
    with grpc.insecure_channel(address) as channel:
        yield ExperimentServiceStub(channel)


def setup(stub, **config):
    return stub.Setup(ParseDict({"config": CONFIG | config}, v1.SetupRequest())).experiment_id


def told(experiment_id, trial, response=1):
    content = {"experimentId": experiment_id, "observations": [{"trialId": trial, "outcomes": {"response": response}}]}
    return ParseDict(content, v1.TellRequest())


def listed(stub, experiment_id):
    return list(stub.ListTrials(v1.ListTrialsRequest(experiment_id=experiment_id)).trials)


@pytest.fixture(params=["file", "postgresql"])
def database(request, tmp_path):
    return tmp_path / "study.db" if request.param == "file" else request.getfixturevalue("postgresql").new_database()


def test_a_killed_server_goes_on_where_it_was(database):
    with process(database) as (running, address), stub_of(address) as stub:
        experiment_id = setup(stub)
        stub.Ask(v1.AskRequest(experiment_id=experiment_id))
        stub.Tell(told(experiment_id, 1))
        pending = stub.Ask(v1.AskRequest(experiment_id=experiment_id, request_id="second")).trials
        trials = listed(stub, experiment_id)
        running.kill()
        running.wait()
    begin = time.monotonic()
    with process(database, "--log-level", "debug") as (running, address), stub_of(address) as stub:
        assert time.monotonic() - begin < 20  # promised are 5 s on a machine with nothing else to do
        assert listed(stub, experiment_id) == trials
        again = stub.Ask(v1.AskRequest(experiment_id=experiment_id, request_id="second"))
        assert (list(again.trials), again.duplicate) == (list(pending), True)
        stub.Tell(told(experiment_id, 2, 0))
        assert stub.Ask(v1.AskRequest(experiment_id=experiment_id)).trials[0].trial_id == 3
        running.send_signal(signal.SIGTERM)
        _, log = running.communicate(timeout=30)
        assert running.returncode == 0, log
    assert "Traceback" not in log
    assert re.search(r"DEBUG .*Tell OK", log)


@pytest.mark.slow
def test_ctrl_c_stops_it_well(tmp_path):
    with process(tmp_path / "study.db") as (running, _):
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=30) == 0


@pytest.mark.slow
def test_a_call_that_does_not_end_does_not_keep_the_server(tmp_path, monkeypatch):
    impatient = "from aepsych_grpc.server import serving; serving.GRACE_SECONDS = 0.2; "
    monkeypatch.setattr(f"{__name__}.COMMAND", [sys.executable, "-c", impatient + COMMAND[2], "serve"])
    with process(tmp_path / "study.db") as (running, address), stub_of(address) as stub:
        model = {"generator": {"name": "sobol"}, "model": {"name": "gp_classification"}, "stopping": {"maxAsks": 9}}
        parameters = [{"name": name, "continuous": {"lowerBound": 0, "upperBound": 1}} for name in "xy"]
        experiment_id = setup(stub, strategies=[model], parameters=parameters, intensityParameter="x")
        stub.Ask(v1.AskRequest(experiment_id=experiment_id))
        stub.Tell(told(experiment_id, 1))
        endless = ParseDict({"experimentId": experiment_id, "thresholdContour": {"gridSize": 1000}}, v1.QueryRequest())
        answer = stub.Query.future(endless)
        time.sleep(0.5)
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=15) == 0
        assert answer.code() is not grpc.StatusCode.OK


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--host", "0.0.0.0"], "--insecure"),
        (["--db", "/proc/nowhere/study.db"], "study.db"),
        (["--database", "oracle://host/studies"], 'kind "oracle" are not supported'),
        (["--database", "postgresql://someone:secret@/studies?host=/nowhere"], "postgresql://someone@/studies"),
        (["--tls-cert", "cert.pem"], "--tls-key"),
        (["--token-file", "/nowhere/tokens.txt"], "tokens.txt"),
        (["--cors-origin", "lab.example"], "https://lab.example.org"),
    ],
)
def test_a_server_that_can_t_start_says_why(arguments, message, tmp_path):
    ended = CliRunner().invoke(app, ["serve", "--port", "0", "--db", str(tmp_path / "x.db"), *arguments])
    assert ended.exit_code == 1
    assert message in ended.stderr
    assert "secret" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_help_teaches():
    shown = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "100"}).stdout
    for line in (
        "aepsych-grpc serve --host 0.0.0.0 --db study.db",
        *("--token-file", "--http-port", "--no-http", "--cors-origin", "grpcurl -plaintext", "curl localhost:50052"),
    ):
        assert line in shown


def test_a_port_is_for_one_server(tmp_path):
    first = Server(tmp_path / "a.db", Exposure(port=0))
    with pytest.raises(ExposureError, match="--port"):
        Server(tmp_path / "b.db", Exposure(port=first.port))
    first.stop(0)


def test_so_is_a_port_for_http(tmp_path):
    first = Server(tmp_path / "a.db", Exposure(port=0, http_port=0))
    with pytest.raises(ExposureError, match=r"--http-port.*--no-http"):
        Server(tmp_path / "b.db", Exposure(port=0, http_port=first.http_port))
    first.stop(0)
    again = Server(tmp_path / "b.db", Exposure(port=0, http_port=first.http_port))
    again.stop(0)


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("::1", "::1"), ("::", "127.0.0.1")])
def test_http_listens_where_grpc_does(host, address, tmp_path):
    server = Server(tmp_path / "a.db", Exposure(host=host, port=0, http_port=0, insecure=True))
    for port in (server.port, server.http_port):
        socket.create_connection((address, port)).close()
    server.stop(0)


@pytest.mark.parametrize(
    ("arguments", "http_port"),
    [
        ([], 50052),
        (["--port", "7"], 8),
        (["--port", "0"], 0),
        (["--port", "65535"], 0),
        (["--http-port", "9"], 9),
        (["--no-http"], None),
        (["--no-http", "--http-port", "9"], None),
    ],
)
def test_the_port_for_http_is_the_next_one(arguments, http_port, monkeypatch):
    exposures = []
    monkeypatch.setattr(serving, "serve", lambda _database, exposure, _announce: exposures.append(exposure))
    origins = ["--cors-origin", "https://a.example", "--cors-origin", "https://b.example"]
    assert CliRunner().invoke(app, ["serve", *arguments, *origins]).exit_code == 0
    assert exposures[0].http_port == http_port
    assert exposures[0].cors_origins == ("https://a.example", "https://b.example")


def test_a_stopping_server_finishes_its_calls_and_takes_no_more(tmp_path):
    server = Server(tmp_path / "study.db", Exposure(port=0))
    with grpc.insecure_channel(server.address) as channel, ThreadPoolExecutor() as pool:
        stub = ExperimentServiceStub(channel)
        experiment_id = setup(stub)
        many = v1.TellRequest(experiment_id=experiment_id)
        for i in range(2000):
            observation = many.observations.add(observation_id=str(i))
            observation.outcomes["response"].number_value = i % 2
            observation.stimuli.add().values["x"].number_value = i / 2000
        telling = pool.submit(stub.Tell, many)
        time.sleep(0.05)
        stopping = pool.submit(server.stop)
        statuses = _until_refused(stub)
        assert len(telling.result().receipts) == 2000
        stopping.result()
    assert statuses <= {"SHUTTING_DOWN", "UNAVAILABLE"}
    again = Server(tmp_path / "study.db", Exposure(port=0))
    with stub_of(again.address) as stub:
        overview = stub.GetExperiment(v1.GetExperimentRequest(experiment_id=experiment_id)).experiment
    again.stop(0)
    assert overview.told_count == 2000


def _until_refused(stub):
    for _ in range(1000):
        try:
            stub.GetServerInfo(v1.GetServerInfoRequest(), timeout=5)
        except grpc.RpcError as error:
            return {error.code().name}
    return set()


def test_health_follows_the_server(tmp_path):
    server = Server(tmp_path / "study.db", Exposure(port=0))
    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    with grpc.insecure_channel(server.address) as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=10)
        service = health_pb2.HealthCheckRequest(service="aepsych_grpc.v1.ExperimentService")
        assert health_pb2_grpc.HealthStub(channel).Check(service).status == serving
        assert next(watched).status == serving
        server.stop(0)
        assert next(watched).status == not_serving


def test_many_clients_at_once_each_get_their_own(live):
    def participant(number):
        with stub_of(live.server.address) as stub:
            experiment_id = setup(stub, seed=number)
            for trial in range(1, 6):
                stub.Ask(v1.AskRequest(experiment_id=experiment_id))
                stub.Tell(told(experiment_id, trial))
            return stub.GetExperiment(v1.GetExperimentRequest(experiment_id=experiment_id)).experiment

    with ThreadPoolExecutor(8) as pool:
        experiments = list(pool.map(participant, range(8)))
    assert {(one.asked_count, one.told_count, one.sequence) for one in experiments} == {(5, 5, 11)}


def test_many_clients_on_one_experiment_lose_nothing(live):
    experiment_id = setup(live.stub)

    def rig(number):
        with stub_of(live.server.address) as stub:
            for i in range(5):
                request_id = f"rig {number} trial {i}"
                trial = stub.Ask(v1.AskRequest(experiment_id=experiment_id, request_id=request_id)).trials[0]
                stub.Tell(told(experiment_id, trial.trial_id))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(rig, range(8)))
    trials = listed(live.stub, experiment_id)
    assert [trial.trial_id for trial in trials] == list(range(1, 41))
    assert len({trial.stimuli[0].values["x"].number_value for trial in trials}) == 40
    assert all(trial.HasField("observation") for trial in trials)
