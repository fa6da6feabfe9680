"""An experiment on a server: `Experiment`, and `AsyncExperiment` for event loops.

Both have the same methods; each is written once, as a call or a feed, in `running`, `revising`, `reading`, `replaying`,
`watching`, `queries` and `plots`.
"""

from collections.abc import AsyncIterator, Iterator

from aepsych_grpc.client import plots, queries, reading, replaying, revising, running, watching
from aepsych_grpc.client.call import awaitable, blocking, drive, drive_async
from aepsych_grpc.client.errors import AepsychError
from aepsych_grpc.client.feed import iterating, iterating_async
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.state import config_html
from aepsych_grpc.client.transport import AsyncTransport, Transport
from aepsych_grpc.client.trial import Trial
from aepsych_grpc.v1.config_pb2 import ExperimentConfig


class Known:
    """What is known of an experiment without asking the server."""

    _subject: Handle

    @property
    def experiment_id(self) -> str:
        """Id for all further calls; `Client.experiment` finds the experiment by it."""
        return self._subject.experiment_id

    @property
    def config(self) -> ExperimentConfig:
        """The config as the server understands it, with every default filled in."""
        return self._subject.config

    @property
    def participant_id(self) -> str:
        """Who takes part."""
        return self._subject.participant_id

    @property
    def warnings(self) -> tuple[str, ...]:
        """Remarks on the config that do not keep it from running."""
        return self._subject.warnings

    @property
    def learned_from(self) -> tuple[str, ...]:
        """Ids of the earlier experiments that have taught the prior of its hyperparameters."""
        return self._subject.learned_from

    @property
    def warm_started_from(self) -> tuple[str, ...]:
        """Ids of the earlier experiments whose responses were carried over."""
        return self._subject.warm_started_from

    def __repr__(self) -> str:
        known = {
            "experiment_id": self.experiment_id,
            "name": self.config.name,
            "participant_id": self.participant_id,
        }
        shown = " ".join(f"{key}={value!r}" for key, value in known.items() if value)
        return f"<{type(self).__name__} {shown} at {self._subject.connection.target}>"


class Experiment(Known):
    """An experiment on a server; made by `Client.setup` and `Client.experiment`.

    A loop runs it to its end, beginning with trials that still await a response:

        for trial in experiment:
            experiment.tell(trial, show(trial["contrast"]))
    """

    def __init__(self, handle: Handle, transport: Transport) -> None:
        self._subject = handle
        self._transport = transport

    ask = blocking(running.ask)
    ask_batch = blocking(running.ask_batch)
    tell = blocking(running.tell)
    tell_batch = blocking(running.tell_batch)
    revise = blocking(revising.revise)
    retract = blocking(revising.retract)
    finish_strategy = blocking(running.finish_strategy)
    finish = blocking(running.finish)
    state = blocking(reading.state)
    trials = blocking(reading.trials)
    to_pandas = blocking(reading.to_pandas)
    replay = iterating(replaying.replay)
    watch = iterating(watching.watch)
    maximum = blocking(queries.maximum)
    minimum = blocking(queries.minimum)
    inverse = blocking(queries.inverse)
    predict = blocking(queries.predict)
    level_set_probability = blocking(queries.level_set_probability)
    just_noticeable_difference = blocking(queries.just_noticeable_difference)
    samples = blocking(queries.samples)
    acquisition = blocking(queries.acquisition)
    threshold = blocking(queries.threshold)
    plot = blocking(plots.plot)
    plot_threshold = blocking(plots.plot_threshold)
    plot_overview = blocking(plots.plot_overview)

    def __iter__(self) -> Iterator[Trial]:
        with self._subject.loop():
            self._subject.next_trials.extend(drive(reading.pending(self._subject), self._transport))
            while trial := drive(reading.next_in_loop(self._subject), self._transport):
                yield trial

    def _repr_html_(self) -> str:
        try:
            return drive(reading.state(self._subject.at_once()), self._transport)._repr_html_()
        except (AepsychError, RuntimeError):
            # A notebook shows what it has; a server that is gone is no reason to fail or to wait.
            return config_html(self._subject)


class AsyncExperiment(Known):
    """An experiment on a server, for event loops; made by `AsyncClient.setup` and `AsyncClient.experiment`.

    A loop runs it to its end, beginning with trials that still await a response:

        async for trial in experiment:
            await experiment.tell(trial, await show(trial["contrast"]))
    """

    def __init__(self, handle: Handle, transport: AsyncTransport) -> None:
        self._subject = handle
        self._transport = transport

    ask = awaitable(running.ask)
    ask_batch = awaitable(running.ask_batch)
    tell = awaitable(running.tell)
    tell_batch = awaitable(running.tell_batch)
    revise = awaitable(revising.revise)
    retract = awaitable(revising.retract)
    finish_strategy = awaitable(running.finish_strategy)
    finish = awaitable(running.finish)
    state = awaitable(reading.state)
    trials = awaitable(reading.trials)
    to_pandas = awaitable(reading.to_pandas)
    replay = iterating_async(replaying.replay)
    watch = iterating_async(watching.watch)
    maximum = awaitable(queries.maximum)
    minimum = awaitable(queries.minimum)
    inverse = awaitable(queries.inverse)
    predict = awaitable(queries.predict)
    level_set_probability = awaitable(queries.level_set_probability)
    just_noticeable_difference = awaitable(queries.just_noticeable_difference)
    samples = awaitable(queries.samples)
    acquisition = awaitable(queries.acquisition)
    threshold = awaitable(queries.threshold)
    plot = awaitable(plots.plot)
    plot_threshold = awaitable(plots.plot_threshold)
    plot_overview = awaitable(plots.plot_overview)

    async def __aiter__(self) -> AsyncIterator[Trial]:
        with self._subject.loop():
            self._subject.next_trials.extend(await drive_async(reading.pending(self._subject), self._transport))
            while trial := await drive_async(reading.next_in_loop(self._subject), self._transport):
                yield trial

    def _repr_html_(self) -> str:
        return config_html(self._subject)
