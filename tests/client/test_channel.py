"""The clients over a real socket."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from fake_servicer import failure

from aepsych_grpc.client import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    DeadlineExceededError,
    ExperimentNotFoundError,
    InvalidConfigError,
    Retries,
)
from aepsych_grpc.v1.experiment_service_pb2_grpc import add_ExperimentServiceServicer_to_server

SOON = Retries(first_contact=0.25)


@pytest.fixture
def silent():
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return f"127.0.0.1:{port}"


def test_an_experiment_runs_over_grpc(address):
    with Client(address) as client:
        experiment = client.setup({})
        assert [trial.trial_id for trial in experiment if experiment.tell(trial, 1)] == [1, 2, 3, 4, 5]
        assert len(experiment.trials()) == 5


async def test_an_experiment_runs_over_grpc_on_an_event_loop(address):
    async with AsyncClient(address) as client:
        experiment = await client.setup({})
        seen = []
        async for trial in experiment:
            seen.append(trial.trial_id)
            await experiment.tell(trial, 1)
        assert seen == [1, 2, 3, 4, 5]
        again = await client.experiment("e1")
        assert len(await again.trials()) == 5
        assert (await client.server_info()).version == "9.9"
        assert len(await client.experiments()) == 5


def test_rich_errors_cross_the_wire(address):
    with Client(address) as client:
        with pytest.raises(InvalidConfigError) as caught:
            client.setup({"name": "bad"})
        assert caught.value.violations[0].message == "taken"
        with pytest.raises(ExperimentNotFoundError):
            client.experiment("none")


async def test_rich_errors_cross_the_wire_on_an_event_loop(address):
    async with AsyncClient(address) as client:
        with pytest.raises(ExperimentNotFoundError) as caught:
            await client.experiment("none")
        assert caught.value.metadata == {"experiment_id": "e1"}


async def test_lost_answers_are_asked_for_again_on_an_event_loop(servicer, address):
    async with AsyncClient(address) as client:
        experiment = await client.setup({})
        servicer.failures.extend([failure("UNAVAILABLE", "down", "SHUTTING_DOWN"), None])
        assert (await experiment.ask()).trial_id == 1
        assert len([name for name, _ in servicer.calls if name == "Ask"]) == 3


def test_nobody_listens(silent):
    with Client(silent, retries=SOON) as client, pytest.raises(ConnectionFailedError, match="aepsych-grpc serve"):
        client.server_info()


async def test_nobody_listens_on_an_event_loop(silent):
    async with AsyncClient(silent, retries=SOON) as client:
        with pytest.raises(ConnectionFailedError, match="aepsych-grpc serve"):
            await client.server_info()


def test_a_server_that_is_just_starting_is_waited_for(servicer, silent):
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    add_ExperimentServiceServicer_to_server(servicer, server)

    def start():
        time.sleep(0.4)
        server.add_insecure_port(silent)
        server.start()

    starting = threading.Thread(target=start)
    starting.start()
    try:
        with Client(silent) as client:
            assert client.server_info().version == "9.9"
    finally:
        starting.join()
        server.stop(None).wait()


def test_a_notebook_neither_fails_nor_waits_without_a_server(servicer):
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    add_ExperimentServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with Client(f"127.0.0.1:{port}") as client:
        experiment = client.setup({}, participant_id="p01")
        server.stop(None).wait()
        start = time.monotonic()
        shown = experiment._repr_html_()
        assert time.monotonic() - start < 2
    assert "contrast threshold e1, participant p01" in shown


def test_an_answer_that_takes_too_long(servicer, address):
    servicer._GetServerInfo = lambda _request: time.sleep(0.3)
    with Client(address, timeout=0.05) as client, pytest.raises(DeadlineExceededError):
        client.server_info()


async def test_the_token_is_sent(servicer, address):
    with Client(address, token="s3cret") as client:
        client.server_info()
    async with AsyncClient(address, token="s3cret") as client:
        await client.server_info()
    assert [metadata["authorization"] for metadata in servicer.metadata] == ["Bearer s3cret"] * 2
