"""The clients over a real socket."""

import socket
import time

import pytest
from fake_servicer import failure

from aepsych_grpc.client import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    DeadlineExceededError,
    ExperimentNotFoundError,
    InvalidConfigError,
)


@pytest.fixture
def silent():
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


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
    with Client(silent) as client, pytest.raises(ConnectionFailedError, match="aepsych-grpc serve"):
        client.server_info()


async def test_nobody_listens_on_an_event_loop(silent):
    async with AsyncClient(silent) as client:
        with pytest.raises(ConnectionFailedError, match="aepsych-grpc serve"):
            await client.server_info()


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
