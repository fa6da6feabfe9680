"""Who may call, over TLS with a token."""

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
