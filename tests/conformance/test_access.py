"""Who may call, over TLS with a token."""

import http.client
import json
import ssl
from contextlib import closing

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from aepsych_grpc.server.exposure import Exposure, ExposureError
from aepsych_grpc.server.serving import Server
from aepsych_grpc.v1 import experiment_service_pb2 as v1
from aepsych_grpc.v1.experiment_service_pb2_grpc import ExperimentServiceStub


@pytest.fixture(scope="module")
def files(certificate):
    (certificate / "tokens.txt").write_text("# rigs\nrig-one\nrig-two\n")
    return certificate


@pytest.fixture(scope="module")
def guarded(files):
    """A server for other machines, as far as its credentials go."""
    server = Server(
        ":memory:",
        Exposure(
            host="0.0.0.0",
            port=0,
            tls_cert=files / "cert.pem",
            tls_key=files / "key.pem",
            token_file=files / "tokens.txt",
        ),
    )
    credentials = grpc.ssl_channel_credentials((files / "cert.pem").read_bytes())
    with grpc.secure_channel(f"127.0.0.1:{server.port}", credentials) as channel:
        yield channel
    server.stop(0)


@pytest.fixture(scope="module")
def over_https(files):
    """Send a request over HTTPS and return the response and its body."""
    exposure = Exposure(
        host="0.0.0.0",
        port=0,
        http_port=0,
        cors_origins=("https://lab.example",),
        tls_cert=files / "cert.pem",
        tls_key=files / "key.pem",
        token_file=files / "tokens.txt",
    )
    server = Server(":memory:", exposure)
    trusted = ssl.create_default_context(cafile=files / "cert.pem")

    def send(method, path, body=None, **headers):
        with closing(http.client.HTTPSConnection("127.0.0.1", server.http_port, context=trusted)) as connection:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response, response.read()

    yield send
    server.stop(0)


@pytest.mark.parametrize("token", ["rig-one", "rig-two"])
def test_a_token_lets_in(token, guarded):
    metadata = [("authorization", f"Bearer {token}")]
    assert ExperimentServiceStub(guarded).GetServerInfo(v1.GetServerInfoRequest(), metadata=metadata).version


@pytest.mark.parametrize(
    "metadata",
    [
        [],
        [("authorization", "Bearer rig-three")],
        [("authorization", "Bearer ")],
        [("authorization", "rig-one")],
        [("authorization", "Basic rig-one")],
        [("authorization", "Bearer # rigs")],
        [("authorization", "Bearer rig-one"), ("authorization", "Bearer rig-three")],
    ],
)
@pytest.mark.parametrize("method", ["GetServerInfo", "Setup", "Replay"])
def test_without_a_token_nothing_is_answered(metadata, method, guarded, refused):
    request = getattr(v1, f"{method}Request")()
    stub = ExperimentServiceStub(guarded)
    refusal = refused(lambda request, timeout: getattr(stub, method)(request, timeout, metadata), request)
    assert (refusal.code, refusal.reason) == ("UNAUTHENTICATED", "TOKEN_MISSING_OR_INVALID")


def test_health_is_open_and_reflection_is_not(guarded):
    health = health_pb2_grpc.HealthStub(guarded).Check(health_pb2.HealthCheckRequest())
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    requests = [reflection_pb2.ServerReflectionRequest(list_services="")]
    stub = reflection_pb2_grpc.ServerReflectionStub(guarded)
    with pytest.raises(grpc.RpcError) as caught:
        list(stub.ServerReflectionInfo(iter(requests)))
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    answers = stub.ServerReflectionInfo(iter(requests), metadata=[("authorization", "Bearer rig-one")])
    assert [len(answer.list_services_response.service) for answer in answers] == [4]


def test_files_that_are_no_certificate_are_refused(files):
    with pytest.raises(ExposureError, match="PEM"):
        Server(":memory:", Exposure(port=0, tls_cert=files / "tokens.txt", tls_key=files / "key.pem"))


def test_a_call_in_the_clear_reaches_nothing(files):
    exposure = Exposure(port=0, tls_cert=files / "cert.pem", tls_key=files / "key.pem")
    server = Server(":memory:", exposure)
    with grpc.insecure_channel(server.address) as channel, pytest.raises(grpc.RpcError) as caught:
        ExperimentServiceStub(channel).GetServerInfo(v1.GetServerInfoRequest(), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    server.stop(0)


INFO = "/aepsych_grpc.v1.ExperimentService/GetServerInfo"
JSON = {"Content_Type": "application/json"}


@pytest.mark.parametrize("token", ["Bearer rig-one", "bearer rig-two"])
def test_a_token_lets_in_over_http(token, over_https):
    response, body = over_https("POST", INFO, b"{}", Authorization=token, **JSON)
    assert response.status == 200
    assert json.loads(body)["version"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rig-three"}, {"Authorization": "rig-one"}])
@pytest.mark.parametrize("method", ["GetServerInfo", "Setup", "ListExperiments"])
def test_without_a_token_nothing_is_answered_over_http(headers, method, over_https):
    response, body = over_https("POST", INFO.replace("GetServerInfo", method), b"{}", **JSON, **headers)
    error = json.loads(body)
    assert (response.status, error["code"]) == (401, "unauthenticated")
    assert response.getheader("www-authenticate") == "Bearer"
    assert error["details"][0]["debug"]["reason"] == "TOKEN_MISSING_OR_INVALID"


def test_a_stream_and_get_need_a_token_too(over_https):
    frame = b"\0\0\0\0\0"
    path = INFO.replace("GetServerInfo", "Replay")
    _, body = over_https("POST", path, frame, Content_Type="application/grpc-web")
    assert b"grpc-status: 16" in body
    assert over_https("GET", f"{INFO}?encoding=json&message=%7B%7D")[0].status == 401


def test_health_and_the_way_in_are_open_over_http(over_https):
    assert over_https("POST", "/grpc.health.v1.Health/Check", b"{}", **JSON)[1] == b'{"status": "SERVING"}'
    assert over_https("GET", "/healthz")[0].status == 200
    assert over_https("GET", "/")[0].status == 200


def test_a_server_for_others_may_be_called_by_any_name(over_https):
    assert over_https("POST", INFO, b"{}", Authorization="Bearer rig-one", Host="rig.example", **JSON)[0].status == 200


def test_a_browser_is_told_which_pages_may_call(over_https):
    asked = {
        "Origin": "https://lab.example",
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization,connect-protocol-version,content-type",
        "Access_Control_Request_Private_Network": "true",
    }
    response, body = over_https("OPTIONS", INFO, **asked)
    assert (response.status, body) == (204, b"")
    assert response.getheader("access-control-allow-origin") == "https://lab.example"
    assert response.getheader("access-control-allow-methods") == "GET, POST"
    assert response.getheader("access-control-allow-private-network") == "true"
    allowed = response.getheader("access-control-allow-headers").lower().split(", ")
    for header in (
        *asked["Access_Control_Request_Headers"].split(","),
        *("connect-timeout-ms", "grpc-timeout", "x-grpc-web", "x-user-agent"),
    ):
        assert header in allowed
    response, _ = over_https("OPTIONS", INFO, **asked | {"Origin": "https://evil.example"})
    assert response.status == 403
    assert response.getheader("access-control-allow-origin") is None


@pytest.mark.parametrize("authorization", ["Bearer rig-one", "Bearer rig-three"])
def test_a_page_may_read_answers_and_errors(authorization, over_https):
    response, _ = over_https("POST", INFO, b"{}", Authorization=authorization, Origin="https://lab.example", **JSON)
    assert response.getheader("access-control-allow-origin") == "https://lab.example"
    assert response.getheader("access-control-expose-headers") == "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"
    assert "Origin" in response.getheader("vary")
    response, _ = over_https("POST", INFO, b"{}", Authorization=authorization, Origin="https://evil.example", **JSON)
    assert response.getheader("access-control-allow-origin") is None
    assert "Origin" in response.getheader("vary")


def test_by_default_no_page_may_call(live):
    with closing(http.client.HTTPConnection("127.0.0.1", live.server.http_port)) as connection:
        connection.request("OPTIONS", INFO, headers={"Origin": "https://lab.example"})
        response = connection.getresponse()
        assert response.status == 403
        assert b"--cors-origin" in response.read()
        connection.request("POST", INFO, b"{}", {"Origin": "https://lab.example", "Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.read()
        assert response.getheader("access-control-allow-origin") is None


def test_all_pages_may_if_so_wanted():
    server = Server(":memory:", Exposure(port=0, http_port=0, cors_origins=("*",)))
    with closing(http.client.HTTPConnection("127.0.0.1", server.http_port)) as connection:
        connection.request("OPTIONS", INFO, headers={"Origin": "null"})
        response = connection.getresponse()
        assert (response.status, response.getheader("access-control-allow-origin")) == (204, "null")
    server.stop(0)
