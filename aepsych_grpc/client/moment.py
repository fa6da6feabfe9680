"""An experiment as it was: `Moment`, and `AsyncMoment` for event loops."""

from aepsych_grpc.client import reading
from aepsych_grpc.client.answering import Answering, AsyncAnswering
from aepsych_grpc.client.call import awaitable, blocking


class Moment(Answering):
    """An experiment as it was after an event of its log; made by `Experiment.at`.

    It answers what the experiment would have answered then, whatever has happened since. Its trials are those that had
    been told by then.
    """

    @property
    def sequence(self) -> int:
        """Position of the event."""
        return self._subject.at_sequence or 0

    trials = blocking(reading.trials)
    to_pandas = blocking(reading.to_pandas)


class AsyncMoment(AsyncAnswering):
    """An experiment as it was after an event of its log; made by `AsyncExperiment.at`.

    It answers what the experiment would have answered then, whatever has happened since. Its trials are those that had
    been told by then.
    """

    @property
    def sequence(self) -> int:
        """Position of the event."""
        return self._subject.at_sequence or 0

    trials = awaitable(reading.trials)
    to_pandas = awaitable(reading.to_pandas)
