"""The MATLAB client in Octave: its JSON, its calls, its plots, and the behaviours of every client."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from clients.matlab import CLIENT, SOURCE, run

pytestmark = pytest.mark.slow

README = (SOURCE / "README.md").read_text(encoding="utf-8")
LINT = Path(sys.executable).parent / "mh_lint"


@pytest.fixture
def octave(built, tmp_path):
    """Run lines of MATLAB, and return what they print."""
    return lambda lines: built(lambda folder: run(lines, folder), tmp_path)


def printed(heading):
    block = re.search(rf"^## {heading}$.*?^```matlab\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
    return block[1]


def test_every_behaviour_holds(report_of):
    assert report_of(CLIENT).problems() == []


def test_json_keeps_what_it_says(octave):
    octave("json_checks();")


def test_calls(octave, live_server):
    octave(f"client_checks('{live_server.http_target}');")


def test_plots(octave, live_server):
    octave(f"plot_checks('{live_server.http_target}');")


def test_the_readme_leads_from_an_empty_folder_to_an_experiment(octave, live_server, tmp_path):
    (tmp_path / "clients").mkdir()
    (tmp_path / "clients" / "matlab").symlink_to(SOURCE)
    lines = printed("From an empty folder to an experiment")
    assert len(lines.splitlines()) <= 15
    assert "localhost:50052" in lines
    lines = lines.replace("localhost:50052", live_server.http_target)
    hidden = "set(0, 'defaultfigurevisible', 'off');\n"
    output = octave(f"{lines}\nassert(experiment.state().finished)\n{hidden}{printed('What is known')}")
    thresholds = re.findall(r"([\d.]+) \(([\d.]+) to ([\d.]+)\)", output)
    assert len(thresholds) == 3
    assert float(thresholds[0][0]) == pytest.approx(0.02, rel=0.5)
    assert len((tmp_path / "p01.csv").read_text().splitlines()) == 51


@contextmanager
def answering(*answers: tuple[int, str]) -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """A server that gives one answer after the other, whatever it is asked; with status 0 it hangs up."""
    heard: list[tuple[dict[str, str], str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((dict(self.headers), body))
            status, answer = answers[min(len(heard), len(answers)) - 1]
            if status:
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer.encode())))
                self.end_headers()
                self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


UNAVAILABLE = json.dumps({"code": "unavailable", "message": "shutting down"})
TOLD = json.dumps({"receipts": [{"observationId": "x", "trialId": 1}], "sequence": 3})
CONFIG = {"parameters": [{"name": "level"}], "outcomes": [{"name": "response"}]}
SETUP = json.dumps({"experimentId": "abc", "config": CONFIG})


def test_a_call_is_sent_again_as_it_was_until_it_is_answered(octave):
    with answering((200, SETUP), (0, ""), (503, UNAVAILABLE), (502, "<html>"), (200, TOLD)) as (address, heard):
        octave(
            f"client = aepsych.Client('{address}', 'token', 'se\"cret', 'record_seconds', 20);\n"
            "experiment = client.setup(struct('parameters', struct('name', 'level')));\n"
            "check(experiment.tell(struct('level', 0.5), 1).trial_id == 1, 'another trial');"
        )
    (_, *tells) = heard
    assert len(tells) == 4
    assert len({body for _, body in tells}) == 1
    (observation,) = json.loads(tells[0][1])["observations"]
    assert observation["observation_id"]
    headers, _ = tells[-1]
    assert headers["Authorization"] == 'Bearer se"cret'
    assert headers["Content-Type"] == "application/json"
    assert 0 < int(headers["Connect-Timeout-Ms"]) <= 20_000


REFUSED = json.dumps({"code": "invalid_argument", "message": "no"})


@pytest.mark.parametrize(
    ("status", "answer", "identifier"),
    [
        (400, REFUSED, "INVALID_ARGUMENT"),
        (404, "<html>Not here</html>", "UNEXPECTED_ANSWER"),
        (200, "<html>Welcome</html>", "UNEXPECTED_ANSWER"),
    ],
)
def test_what_would_fail_again_is_not_sent_again(octave, status, answer, identifier):
    with answering((status, answer)) as (address, heard):
        octave(f"refused(@() aepsych.Client('{address}').serverInfo(), '{identifier}');")
    assert len(heard) == 1


def test_a_server_that_hangs_up_is_no_mystery(octave):
    with answering((0, "")) as (address, heard):
        octave(
            f"client = aepsych.Client('{address}', 'record_seconds', 2);\n"
            "message = refused(@() client.serverInfo(), 'CONNECTION_FAILED');\n"
            f"check(has(message, '{address}') && has(message, 'aepsych-grpc serve'), message);"
        )
    assert len(heard) > 1


@pytest.fixture(scope="module")
def guarded(certificate):
    """A server that wants TLS and a token, and its certificate."""
    (certificate / "matlab-tokens.txt").write_text("rig-one\n")
    files = {"tls_cert": certificate / "cert.pem", "tls_key": certificate / "key.pem"}
    tokens = certificate / "matlab-tokens.txt"
    server = Server(":memory:", Exposure(port=0, http_port=0, token_file=tokens, **files))
    yield f"https://127.0.0.1:{server.http_port}", certificate / "cert.pem"
    server.stop(0)


def test_a_token_and_a_certificate_let_in(octave, guarded):
    address, certificate = guarded
    octave(
        f"info = aepsych.Client('{address}', 'token', 'rig-one', 'ca_file', '{certificate}').serverInfo();\n"
        "check(~isempty(info.version), 'no version');\n"
        f"wrong = aepsych.Client('{address}', 'token', 'rig-two', 'ca_file', '{certificate}');\n"
        "refused(@() wrong.serverInfo(), 'TOKEN_MISSING_OR_INVALID');\n"
        f"refused(@() aepsych.Client('{address}', 'token', 'rig-one').serverInfo(), 'CONNECTION_FAILED');\n"
    )


def test_matlab_reads_every_file():
    for language, files in (("--matlab=2019b", "+aepsych"), ("--octave=7.2", "tests")):
        ran = subprocess.run(
            [LINT, "--input-encoding=utf-8", "--ignore-config", language, SOURCE / files],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "everything seems fine" in ran.stdout, ran.stdout
