"""Feeds: many answers to one call, and a connection that is lost on the way."""

import pytest
from fake_servicer import QUICK, failure

from aepsych_grpc.client import AsyncClient, Client, ServerFaultError, StatusError, UnavailableError
from aepsych_grpc.v1 import experiment_service_pb2 as v1

LOST = failure("UNAVAILABLE", "connection reset")
SHUTTING_DOWN = failure("UNAVAILABLE", "shutting down", "SHUTTING_DOWN")
EVENTS = 6


class Streams:
    """A transport whose streams of events break: `breaks` says after how many messages each, and how."""

    def __init__(self, *breaks):
        self.breaks = list(breaks)
        self.begun, self.open = [], 0

    def unary(self, *_call):
        return v1.GetExperimentResponse()

    def stream(self, method, request, timeout):
        assert (method, timeout) == ("Replay", None)
        first = request.from_sequence
        self.begun.append(first)
        self.open += 1
        most, status = self.breaks.pop(0) if self.breaks else (EVENTS, None)
        try:
            for sequence in range(first, EVENTS + 1):
                if not most:
                    break
                most -= 1
                response = v1.ReplayResponse(event_count=EVENTS, agreement=99)
                response.event.sequence = sequence
                response.event.model_refitted.hyperparameters[:] = [0.5, float(sequence)]
                yield response
            if status is not None:
                raise StatusError(status)
        finally:
            self.open -= 1

    def close(self):
        pass


class AsyncStreams(Streams):
    async def unary(self, *call):
        return Streams.unary(self, *call)

    async def stream(self, method, request, timeout):
        for message in Streams.stream(self, method, request, timeout):
            yield message

    async def close(self):
        pass


def sequences(transport):
    with Client(transport=transport, retries=QUICK) as client:
        return [event.sequence for event in client.replay("e1")]


async def async_sequences(transport):
    async with AsyncClient(transport=transport, retries=QUICK) as client:
        return [event.sequence async for event in client.replay("e1")]


def test_a_stream_that_breaks_is_taken_up_where_it_was():
    transport = Streams((0, LOST), (2, LOST), (3, SHUTTING_DOWN))
    assert sequences(transport) == [1, 2, 3, 4, 5, 6]
    assert transport.begun == [1, 1, 3, 6]
    assert transport.open == 0


async def test_on_an_event_loop_too():
    transport = AsyncStreams((2, LOST), (4, LOST))
    assert await async_sequences(transport) == [1, 2, 3, 4, 5, 6]
    assert transport.begun == [1, 3, 7]


def test_a_server_that_stays_away_is_given_up():
    transport = Streams((1, LOST), *[(0, SHUTTING_DOWN)] * 10)
    with pytest.raises(UnavailableError):
        sequences(transport)
    assert len(transport.begun) == QUICK.attempts


def test_other_failures_are_the_callers_at_once():
    transport = Streams((1, failure("INTERNAL", "a fault", "INTERNAL_FAULT")))
    with pytest.raises(ServerFaultError, match="a fault"):
        sequences(transport)
    assert transport.begun == [1]


async def test_on_an_event_loop_failures_are_the_callers_too():
    with pytest.raises(ServerFaultError, match="a fault"):
        await async_sequences(AsyncStreams((1, failure("INTERNAL", "a fault", "INTERNAL_FAULT"))))


def test_who_stops_listening_ends_the_stream():
    transport = Streams()
    walk = Client(transport=transport, retries=QUICK).replay("e1")
    first = next(walk)
    assert transport.open == 1
    walk.close()
    assert transport.open == 0
    assert (first.kind, first.recorded_refit, first.event_count) == ("model_refitted", (0.5, 1.0), EVENTS)
    assert first.agreement == "unspecified", "a value that a newer server has added counts as not known"


def test_a_closed_client_replays_nothing():
    client = Client(transport=Streams(), retries=QUICK)
    experiment = client.experiment("e1")
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        next(experiment.replay())


@pytest.mark.parametrize("sequence", ["3", 2.5, True])
def test_a_sequence_is_a_whole_number(sequence):
    with pytest.raises(TypeError, match="from_sequence"):
        next(Client(transport=Streams(), retries=QUICK).replay("e1", from_sequence=sequence))
