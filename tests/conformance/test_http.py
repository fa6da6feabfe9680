"""The door for HTTP/1.1, byte by byte: what curl, a browser or a program of one's own sees of it."""

import base64
import gzip
import http.client
import json
import socket
import threading
from contextlib import closing
from urllib.parse import urlencode

import pytest

from aepsych_grpc.server.servicer import Servicer
from aepsych_grpc.v1 import experiment_service_pb2 as v1

SERVICE = "/aepsych_grpc.v1.ExperimentService"
JSON = {"Content-Type": "application/json"}
CONFIG = {
    "parameters": [{"name": "x", "continuous": {"lowerBound": 0, "upperBound": 1}}],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"maxAsks": 100}}],
}


@pytest.fixture(scope="module")
def connection(live):
    with closing(http.client.HTTPConnection("127.0.0.1", live.server.http_port, timeout=30)) as connection:
        yield connection


@pytest.fixture(scope="module")
def send(connection):
    """Send a request and return the response and its body; all go over one connection."""

    def send(method, path, body=None, headers=JSON, **more):
        connection.request(method, path, body, dict(headers), **more)
        response = connection.getresponse()
        return response, response.read()

    return send


@pytest.fixture(scope="module")
def post(send):
    """Make a call as JSON and return the HTTP status and the answer."""

    def post(method, request, headers=()):
        body = request if isinstance(request, bytes) else json.dumps(request).encode()
        response, answer = send("POST", f"{SERVICE}/{method}", body, JSON | dict(headers))
        assert response.getheader("content-type") == "application/json"
        return response.status, json.loads(answer)

    return post


@pytest.fixture(scope="module")
def experiment_id(post):
    return post("Setup", {"config": CONFIG})[1]["experimentId"]


def test_an_experiment_in_json(post):
    status, answer = post("Setup", {"config": CONFIG, "participant_id": "pé"})
    assert status == 200
    which = {"experimentId": answer["experimentId"]}
    (trial,) = post("Ask", which)[1]["trials"]
    assert 0 <= trial["stimuli"][0]["values"]["x"] <= 1
    told = post("Tell", which | {"observations": [{"trialId": 1, "outcomes": {"response": 1}}], "askNext": {}})[1]
    assert told["nextTrials"][0]["trialId"] == 2
    assert post("GetExperiment", which)[1]["experiment"]["participantId"] == "pé"


def test_an_error_says_all_in_json(live, post, experiment_id):
    before = live.rows()
    observation = {"trialId": -1, "outcomes": {"response": 1}}
    status, error = post("Tell", {"experimentId": experiment_id, "observations": [observation]})
    assert (status, error["code"]) == (400, "invalid_argument")
    info, request = error["details"]
    assert (info["type"], info["debug"]["reason"]) == ("google.rpc.ErrorInfo", "INVALID_REQUEST")
    assert request["type"] == "google.rpc.BadRequest"
    assert [violation["field"] for violation in request["debug"]["fieldViolations"]] == ["observations[0].trial_id"]
    assert not request["value"].endswith("=")
    assert live.rows() == before


@pytest.mark.parametrize("outcome", [b"NaN", b"Infinity", b'"NaN"', b"null", b"1e999"])
def test_numbers_that_are_none_are_refused_as_over_grpc(outcome, live, post, experiment_id):
    before = live.rows()
    observation = b'{"stimuli": [{"values": {"x": 0.5}}], "outcomes": {"response": %s}}' % outcome
    request = b'{"experimentId": "%s", "observations": [%s]}' % (experiment_id.encode(), observation)
    status, error = post("Tell", request)
    assert (status, error["details"][0]["debug"]["reason"]) == (400, "INVALID_REQUEST")
    (violation,) = error["details"][1]["debug"]["fieldViolations"]
    assert violation["field"] == "observations[0].outcomes.response"
    assert live.rows() == before


def test_a_field_that_there_is_none_of_is_refused(live, post, experiment_id):
    before = live.rows()
    status, error = post("Ask", {"experimentId": experiment_id, "fixedParameter": {"x": 0.5}})
    assert (status, error["code"]) == (400, "invalid_argument")
    assert 'Did you mean "fixed_parameters"?' in error["message"]
    assert live.rows() == before


@pytest.mark.parametrize(
    ("method", "request_", "status", "code"),
    [
        ("GetExperiment", {"experimentId": "nowhere"}, 404, "not_found"),
        ("Ask", {"experimentId": ""}, 400, "invalid_argument"),
        ("Setup", {"iniText": "[common]"}, 501, "unimplemented"),
        ("Ask", {"count": 101}, 429, "resource_exhausted"),
        ("Query", {"maximum": {}}, 400, "failed_precondition"),
        (
            "Tell",
            {"observations": [{"stimuli": [{"values": {"x": 2}}], "outcomes": {"response": 1}}]},
            400,
            "out_of_range",
        ),
    ],
)
def test_codes_and_their_http_statuses(method, request_, status, code, post, experiment_id):
    which = {} if method == "Setup" else {"experimentId": experiment_id}
    given, error = post(method, which | request_)
    assert (given, error["code"]) == (status, code)


def test_the_same_id_for_another_call_is_a_conflict(post, experiment_id):
    post("Ask", {"experimentId": experiment_id, "requestId": "r"})
    status, error = post("Ask", {"experimentId": experiment_id, "requestId": "r", "count": 2})
    assert (status, error["code"]) == (409, "already_exists")


def test_calls_without_side_effects_take_get(send, experiment_id):
    message = json.dumps({"experimentId": experiment_id})
    wanted = {"message": message, "encoding": "json", "connect": "v1", "more": "is ignored"}
    response, body = send("GET", f"{SERVICE}/GetExperiment?{urlencode(wanted)}", headers={})
    assert (response.status, response.getheader("cache-control")) == (200, "no-store")
    assert json.loads(body)["experiment"]["experimentId"] == experiment_id
    packed = base64.urlsafe_b64encode(gzip.compress(message.encode())).decode().rstrip("=")
    wanted = {"base64": "1", "message": packed, "compression": "gzip", "encoding": "json"}
    response, body = send("GET", f"{SERVICE}/GetExperiment?{urlencode(wanted)}", headers={})
    assert json.loads(body)["experiment"]["experimentId"] == experiment_id


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("encoding=json", 400),
        ("message={}", 415),
        ("encoding=xml&message={}", 415),
        ("encoding=json&message={}&connect=v2", 400),
        ("encoding=json&message=%21&base64=1", 400),
        ("encoding=json&message=e30&base64=1&compression=br", 501),
    ],
)
def test_other_queries_are_refused(query, status, send):
    response, body = send("GET", f"{SERVICE}/ListExperiments?{query}", headers={})
    assert response.status == status
    assert json.loads(body)["message"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_calls_that_change_something_take_post_alone(method, send):
    response, _ = send(method, f"{SERVICE}/Ask?encoding=json&message=%7B%7D", headers={})
    assert (response.status, response.getheader("allow")) == (405, "POST")


@pytest.mark.parametrize("given", ["application/x-www-form-urlencoded", "text/plain", "application/connect+json", ""])
def test_another_content_type_is_told_which_are_taken(given, send):
    response, body = send("POST", f"{SERVICE}/Ask", b"{}", {"Content-Type": given})
    assert response.status == 415
    assert "application/json" in json.loads(body)["message"]
    assert "application/json" in response.getheader("accept-post")


def test_a_charset_does_no_harm(send):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert send("POST", f"{SERVICE}/GetServerInfo", b"{}", headers)[0].status == 200


def test_the_root_says_what_it_is(live, send):
    response, body = send("GET", "/", headers={})
    assert response.getheader("content-type") == "text/plain; charset=utf-8"
    assert f"curl {live.server.http_address}{SERVICE}/GetServerInfo" in body.decode()
    response, empty = send("HEAD", "/", headers={})
    assert (response.status, empty, response.getheader("content-length")) == (200, b"", str(len(body)))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_where_nothing_is_the_way_is_shown(method, send):
    response, body = send(method, f"{SERVICE}/Aks", b"{}" if method == "POST" else None)
    assert response.status == 404
    if method != "HEAD":
        assert b"Did you mean" in body
        assert b"Ask, Tell" in body
    assert send("POST", "/aepsych_grpc.v1.ExperimentService/GetServerInfo", b"{}")[0].status == 200


def test_health(send):
    for body, status, answer in (
        (b"{}", 200, {"status": "SERVING"}),
        (b'{"service": "aepsych_grpc.v1.ExperimentService"}', 200, {"status": "SERVING"}),
        (b'{"service": "nothing"}', 404, None),
    ):
        response, told = send("POST", "/grpc.health.v1.Health/Check", body)
        assert response.status == status
        assert answer in (None, json.loads(told))
    assert send("GET", "/healthz", headers={})[1] == b"serving\n"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_other_compression_is_refused_with_what_there_is(encoding, post):
    status, error = post("GetServerInfo", {}, {"Content-Encoding": encoding})
    assert (status, error["code"]) == (501, "unimplemented")
    assert "gzip, identity" in error["message"]


def test_gzip_is_taken(post):
    assert post("GetServerInfo", gzip.compress(b"{}"), {"Content-Encoding": "gzip"})[0] == 200
    assert post("GetServerInfo", b"{}", {"Content-Encoding": "gzip"})[1]["code"] == "invalid_argument"


@pytest.mark.parametrize("announced", [True, False])
def test_a_request_beyond_the_limit_is_refused_and_the_connection_goes_on(announced, send):
    size = 33 * 2**20
    body = b" " * size if announced else iter([b" " * 2**20] * 33)
    response, told = send("POST", f"{SERVICE}/GetServerInfo", body, JSON, encode_chunked=not announced)
    assert (response.status, json.loads(told)["code"]) == (429, "resource_exhausted")
    assert send("POST", f"{SERVICE}/GetServerInfo", b"{}")[0].status == 200


def test_a_head_without_end_is_cut_off(live):
    host, port = "127.0.0.1", live.server.http_port
    with socket.create_connection((host, port), timeout=30) as one:
        one.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):  # noqa: PT012  # some of it is taken
            for i in range(100_000):
                one.sendall(b"x-%d: %s\r\n" % (i, b"y" * 1000))
    with socket.create_connection((host, port), timeout=30) as one:
        one.sendall(b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize("chunked", [True, False])
def test_a_request_that_breaks_off_is_none_even_if_it_could_be_read(chunked, live, send, experiment_id):
    """What came of it is a whole Tell, of the first of two responses."""
    request = v1.TellRequest(experiment_id=experiment_id)
    for i in range(2):
        observation = request.observations.add(observation_id=f"{chunked} {i}")
        observation.outcomes["response"].number_value = 1
        observation.stimuli.add().values["x"].number_value = 0.5
    whole = request.SerializeToString()
    del request.observations[1]
    part = request.SerializeToString()
    assert whole.startswith(part)
    before = live.rows()
    announced = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(whole)
    head = b"POST %s/Tell HTTP/1.1\r\nContent-Type: application/proto\r\n%s\r\n\r\n" % (SERVICE.encode(), announced)
    with socket.create_connection(("127.0.0.1", live.server.http_port), timeout=30) as one:
        one.sendall(head + (b"%x\r\n%s\r\n" % (len(part), part) if chunked else part))
        one.shutdown(socket.SHUT_WR)
        assert one.recv(1000) == b""
    send("GET", "/healthz", headers={})
    assert live.server._gate._inside == 0
    assert live.rows() == before


@pytest.mark.parametrize("value", ["-1", "soon", "12345678901"])
def test_a_timeout_must_be_one(value, post):
    status, error = post("GetServerInfo", {}, {"Connect-Timeout-Ms": value})
    assert (status, error["code"]) == (400, "invalid_argument")
    assert "Connect-Timeout-Ms" in error["message"]


def test_a_deadline_is_kept_whatever_the_call_does(post, monkeypatch):
    answered = threading.Event()

    def wait(*_):
        assert answered.wait(60)
        return v1.GetServerInfoResponse()

    monkeypatch.setattr(Servicer, "call", wait)
    status, error = post("GetServerInfo", {}, {"Connect-Timeout-Ms": "200"})
    answered.set()
    assert (status, error["code"]) == (504, "deadline_exceeded")


def test_a_deadline_that_has_passed_is_told(post):
    assert post("Ask", {"experimentId": "x"}, {"Connect-Timeout-Ms": "0"})[0] == 504


def test_another_version_of_the_protocol_is_refused(post):
    assert post("GetServerInfo", {}, {"Connect-Protocol-Version": "1"})[0] == 200
    status, error = post("GetServerInfo", {}, {"Connect-Protocol-Version": "2"})
    assert (status, error["code"]) == (400, "invalid_argument")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:50052", "10.0.0.1", "127.0.0.1.evil.example", "[fe80::1]"]
)
def test_a_page_that_has_given_its_own_name_this_address_gets_nothing(host, send):
    response, body = send("POST", f"{SERVICE}/ListExperiments", b"{}", JSON | {"Host": host})
    assert response.status == 421
    assert host in body.decode()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:50052", "127.9.9.9", "[::1]:50052"])
def test_this_machine_has_several_names(host, send):
    assert send("POST", f"{SERVICE}/ListExperiments", b"{}", JSON | {"Host": host})[0].status == 200


def test_a_fault_tells_no_more_than_an_id(post, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr(Servicer, "call", broken)
    status, error = post("GetServerInfo", {})
    assert (status, error["code"]) == (500, "internal")
    assert error["details"][0]["debug"]["metadata"]["incident_id"] in error["message"]
    assert "secret" not in json.dumps(error)
