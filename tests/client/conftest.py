import pytest
from fake_servicer import QUICK, AsyncFakeTransport, FakeServicer, FakeTransport, serving

from aepsych_grpc.client import AsyncClient, Client


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
    with serving(servicer) as target:
        yield target
