"""What the client knows of one experiment, whichever way its calls are carried."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from aepsych_grpc.client.call import Connection
from aepsych_grpc.client.retries import Retries
from aepsych_grpc.client.timeout import Timeout
from aepsych_grpc.client.trial import Trial
from aepsych_grpc.client.values import ValueReader
from aepsych_grpc.v1 import config_pb2

MOMENT = 1.0
"""Seconds that a notebook may wait for a view that nobody asked for in so many words."""


@dataclass(slots=True, kw_only=True)
class Handle:
    """An experiment on a server.

    Attributes:
        connection: The server.
        experiment_id: Its id.
        config: The config as the server understands it, with every default filled in.
        participant_id: Who takes part.
        warnings: Remarks on the config that do not keep it from running.
        learned_from: Ids of the earlier experiments that have taught the prior of its hyperparameters.
        warm_started_from: Ids of the earlier experiments whose responses were carried over.
        shown_trial_id: The trial that a loop over the experiment has given out and that is to be told; None outside.
        next_trials: Trials that the loop gives out next.
        at_sequence: Questions are about the experiment as it was after this event; None for now.
    """

    connection: Connection
    experiment_id: str
    config: config_pb2.ExperimentConfig
    participant_id: str = ""
    warnings: tuple[str, ...] = ()
    learned_from: tuple[str, ...] = ()
    warm_started_from: tuple[str, ...] = ()
    shown_trial_id: int | None = None
    next_trials: deque[Trial] = field(default_factory=deque)
    at_sequence: int | None = None

    @property
    def reader(self) -> ValueReader:
        """Reads values as this experiment declares them."""
        return ValueReader(self.config)

    def at_once(self) -> "Handle":
        """Return the experiment over a connection that waits for no more than a moment and sends nothing again."""
        moment = replace(self.connection, timeout=Timeout.of(MOMENT), retries=Retries(attempts=1))
        return replace(self, connection=moment)

    def at(self, sequence: int) -> "Handle":
        """Return the experiment as it was after the event at a sequence."""
        return replace(self, at_sequence=sequence, shown_trial_id=None, next_trials=deque())

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Mark the time during which a loop gives out the trials; what it has not given out stays pending."""
        self.next_trials.clear()
        try:
            yield
        finally:
            self.shown_trial_id = None
            self.next_trials.clear()
