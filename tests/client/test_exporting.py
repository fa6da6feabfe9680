"""Files that the client writes: complete, or not there at all."""

import pytest
from fake_servicer import AsyncFakeTransport, FakeTransport, failure

from aepsych_grpc.client import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    ExperimentNotFoundError,
    Retries,
    StatusError,
    UnavailableError,
)
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.server.serving import Server
from aepsych_grpc.v1 import experiment_service_pb2 as v1

QUICK = Retries(attempts=3, first_pause=0.001, longest_pause=0.002)
CONFIG = {
    "parameters": [{"name": "contrast", "continuous": {"lower_bound": 0.01, "upper_bound": 1}}],
    "strategies": [{"generator": {"name": "sobol"}, "stopping": {"max_asks": 3}}],
}
LOST = StatusError(failure("UNAVAILABLE", "down", "SHUTTING_DOWN"))


@pytest.fixture
def real():
    with Client(transport=InProcessTransport()) as client:
        experiment = client.setup(CONFIG, participant_id="p01")
        for trial in experiment:
            experiment.tell(trial, 1)
        yield client, experiment


class Streaming(FakeTransport):
    """Streams what it is told to: messages, or errors to be raised."""

    def __init__(self, *streams):
        self.streams = list(streams)
        self.requests = []

    def stream(self, method, request, _timeout):
        assert method == "ExportTrials"
        self.requests.append(request)
        for one in self.streams.pop(0):
            if isinstance(one, Exception):
                raise one
            yield one

    def close(self):
        pass


class AsyncStreaming(Streaming, AsyncFakeTransport):
    async def stream(self, method, request, timeout):
        for one in Streaming.stream(self, method, request, timeout):
            yield one

    async def close(self):
        pass


def chunk(data, name="", progress=1.0):
    return v1.ExportTrialsResponse(data=data, file_name=name, progress=progress)


@pytest.mark.parametrize(
    ("name", "format_", "begins"),
    [
        ("p01.csv", None, b"experiment_id,study,participant_id,labels,trial_id,kind,"),
        ("P01.CSV", "wide", b"experiment_id,study,participant_id,labels,trial_id,contrast,"),
        ("p01.parquet", None, b"PAR1"),
        ("p01.json", None, b'{"format": "aepsych-grpc experiments"'),
        ("p01", "json", b'{"format": "aepsych-grpc experiments"'),
    ],
)
def test_a_file_in_every_format(real, tmp_path, name, format_, begins):
    _, experiment = real
    seen = []
    path = experiment.export(tmp_path / name, format=format_, on_progress=seen.append)
    assert path == tmp_path / name
    assert path.read_bytes().startswith(begins)
    assert seen[-1] == 1
    assert list(tmp_path.iterdir()) == [path]


def test_several_experiments_in_a_folder(real, tmp_path):
    client, first = real
    second = client.setup(CONFIG)
    path = client.export([first.experiment_id, second.experiment_id], tmp_path, format="wide")
    assert path == tmp_path / "2-experiments-wide.csv"
    assert client.export(first.experiment_id, str(tmp_path), format="csv").name == f"{first.experiment_id}.csv"


def test_a_file_that_is_there_is_replaced_when_the_new_one_is_complete(tmp_path):
    path = tmp_path / "p01.csv"
    path.write_bytes(b"old and long")
    lost = [chunk(b"half", "x.csv"), LOST]
    with Client(transport=Streaming(lost, lost, lost), retries=QUICK) as client:
        with pytest.raises(UnavailableError):
            client.export("e1", path)
        assert path.read_bytes() == b"old and long"
        assert list(tmp_path.iterdir()) == [path]
    with Client(transport=Streaming([chunk(b"new", "x.csv")])) as client:
        client.export("e1", path)
    assert path.read_bytes() == b"new"


def test_a_stream_that_breaks_begins_anew(tmp_path):
    transport = Streaming([chunk(b"first attempt, long", "x.csv"), LOST], [chunk(b"sec", "x.csv"), chunk(b"ond")])
    with Client(transport=transport, retries=QUICK) as client:
        assert client.export("e1", tmp_path / "a.csv").read_bytes() == b"second"
    assert len(transport.requests) == 2


def test_an_interruption_leaves_nothing(tmp_path):
    def interrupt(_part):
        raise KeyboardInterrupt

    with Client(transport=Streaming([chunk(b"half", "x.csv")])) as client, pytest.raises(KeyboardInterrupt) as caught:
        client.export("e1", tmp_path / "a.csv", on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []  # at once, not only when nobody looks at the error any more
    del caught


def test_mistakes_are_named_before_anything_is_sent(tmp_path):
    transport = Streaming()
    with Client(transport=transport) as client:
        with pytest.raises(ValueError, match=r'format of ".*p01.xlsx" is unknown'):
            client.export("e1", tmp_path / "p01.xlsx")
        with pytest.raises(ValueError, match='Did you mean "parquet"'):
            client.export("e1", tmp_path / "a", format="parket")
        with pytest.raises(FileNotFoundError, match="no such folder"):
            client.export("e1", tmp_path / "nowhere" / "a.csv")
        with pytest.raises(TypeError, match="experiment_ids"):
            client.export([1], tmp_path / "a.csv")
    assert transport.requests == []


def test_an_unknown_experiment_leaves_no_file(real, tmp_path):
    client, _ = real
    with pytest.raises(ExperimentNotFoundError):
        client.export("nobody", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


async def test_the_same_on_an_event_loop(tmp_path):
    server = Server(tmp_path / "study.db", Exposure(port=0))
    try:
        async with AsyncClient(server.address) as client:
            experiment = await client.setup(CONFIG)
            async for trial in experiment:
                await experiment.tell(trial, 0)
            path = await experiment.export(tmp_path / "p01.csv", include_posterior=True)
            assert len(path.read_bytes().splitlines()) == 1 + 3 * 2
            with pytest.raises(ExperimentNotFoundError):
                await client.export("nobody", tmp_path / "a.csv")
        with Client(server.address) as client:
            again = client.export(experiment.experiment_id, tmp_path / "again.csv", include_posterior=True)
            assert again.read_bytes() == path.read_bytes()
    finally:
        server.stop(0)


async def test_a_stream_that_breaks_begins_anew_on_an_event_loop(tmp_path):
    transport = AsyncStreaming([chunk(b"first attempt", "x.csv"), LOST], [chunk(b"second", "x.csv")])
    async with AsyncClient(transport=transport, retries=QUICK) as client:
        assert (await client.export("e1", tmp_path / "a.csv")).read_bytes() == b"second"


def test_nobody_listens(tmp_path):
    with Client("127.0.0.1:1", retries=Retries(first_contact=0.1)) as client, pytest.raises(ConnectionFailedError):
        client.export("e1", tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []
