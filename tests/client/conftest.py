from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from fake_servicer import QUICK, AsyncFakeTransport, FakeServicer, FakeTransport

from aepsych_grpc.client import AsyncClient, Client
from aepsych_grpc.v1.experiment_service_pb2_grpc import add_ExperimentServiceServicer_to_server


@pytest.fixture
def servicer():
    return FakeServicer()


@pytest.fixture
def client(servicer):
    with Client(transport=FakeTransport(servicer), retries=QUICK) as client:
        yield client


@pytest.fixture
def experiment(client):
    return client.setup({"name": "given"}, participant_id="p01")


@pytest.fixture
async def async_client(servicer):
    async with AsyncClient(transport=AsyncFakeTransport(servicer), retries=QUICK) as client:
        yield client


@pytest.fixture
def address(servicer):
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    add_ExperimentServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()
