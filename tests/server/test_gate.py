import threading
import time

import pytest

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.gate import Gate


def test_a_closed_gate_lets_no_call_in():
    gate = Gate()
    assert gate.close(0)
    with pytest.raises(ServiceError) as caught, gate.passed():
        pass
    assert caught.value.reason is Reason.SHUTTING_DOWN


def test_closing_waits_for_the_calls_inside():
    gate, inside, left = Gate(), threading.Event(), []

    def call():
        with gate.passed():
            inside.set()
            time.sleep(0.1)
            left.append(True)

    thread = threading.Thread(target=call)
    thread.start()
    inside.wait()
    assert gate.close(5)
    assert left
    thread.join()


def test_closing_gives_up_on_a_call_that_does_not_end():
    gate = Gate()
    with gate.passed():
        assert not gate.close(0.01)


def test_a_call_that_fails_leaves_too():
    gate = Gate()
    with pytest.raises(ValueError, match="x"), gate.passed():
        raise ValueError("x")
    assert gate.close(0)


def test_a_stream_ends_at_a_closed_gate():
    gate, closed = Gate(), []

    def answers():
        try:
            yield from range(1, 4)
        finally:
            closed.append(True)

    stream = gate.one_by_one(answers())
    assert next(stream) == 1
    assert gate.close(0), "between two answers nobody is inside"
    with pytest.raises(ServiceError) as caught:
        next(stream)
    assert caught.value.reason is Reason.SHUTTING_DOWN
    assert closed == [True]


def test_a_stream_passes_whole_through_an_open_gate():
    assert list(Gate().one_by_one(number for number in (1, 2, 3))) == [1, 2, 3]
