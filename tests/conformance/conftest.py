"""A real server behind a real socket, and the database file that it writes."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from doors import DOORS, Door
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server

OVER_EVERY_DOOR = ("test_bad_config", "test_bad_input", "test_revising_trials", "test_sending_again")
"""The modules whose tests are run over each door. What the others test is no door's affair, and they use gRPC."""


def pytest_generate_tests(metafunc):
    if "live" in metafunc.fixturenames and metafunc.module.__name__.rpartition(".")[2] in OVER_EVERY_DOOR:
        metafunc.parametrize("live", DOORS, indirect=True, scope="module")


@dataclass(frozen=True)
class Live:
    """A running server, a stub that calls it through one of its doors, and its database."""

    server: Server
    door: Door
    database: Path

    @property
    def stub(self):
        return self.door.stub

    def rows(self):
        """Return everything that the database holds."""
        connection = sqlite3.connect(self.database)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory, request):
    database = tmp_path_factory.mktemp("server") / "experiments.db"
    server = Server(database, Exposure(port=0, http_port=0))
    with DOORS[getattr(request, "param", "grpc")](server) as door:
        yield Live(server, door, database)
    server.stop(0)


@dataclass(frozen=True)
class Refusal:
    """What a caller learns of a call that failed."""

    code: str
    reason: str
    fields: tuple[str, ...]
    metadata: dict[str, str]
    descriptions: tuple[str, ...]


def refusal_of(error):
    """Read the error's details as a client does."""
    status = rpc_status.from_call(error)
    assert status is not None, error
    info, request = ErrorInfo(), BadRequest()
    for packed in status.details:
        packed.Unpack(info)
        packed.Unpack(request)
    return Refusal(
        code=error.code().name,
        reason=info.reason,
        fields=tuple(violation.field for violation in request.field_violations),
        metadata=dict(info.metadata),
        descriptions=tuple(violation.description for violation in request.field_violations),
    )


@pytest.fixture(scope="session")
def refused():
    """Make the call and return how it was refused."""

    def call(method, request):
        def whole_answer():
            answer = method(request, timeout=30)
            return answer if hasattr(answer, "DESCRIPTOR") else list(answer)

        with pytest.raises(grpc.RpcError) as caught:
            whole_answer()
        return refusal_of(caught.value)

    return call
