"""An experiment on a server: `Experiment`, and `AsyncExperiment` for event loops.

Both have the same methods; each is written once, as a call or a feed, in `running`, `revising`, `reading`, `exporting`,
`replaying`, `watching`, `queries` and `plots`; questions are in `answering`.
"""

from collections.abc import AsyncIterator, Iterator

from aepsych_grpc.client import exporting, plots, reading, replaying, revising, running, watching
from aepsych_grpc.client.answering import Answering, AsyncAnswering
from aepsych_grpc.client.arguments import whole
from aepsych_grpc.client.call import awaitable, blocking, drive, drive_async
from aepsych_grpc.client.errors import AepsychError
from aepsych_grpc.client.feed import iterating, iterating_async
from aepsych_grpc.client.moment import AsyncMoment, Moment
from aepsych_grpc.client.state import config_html
from aepsych_grpc.client.trial import Trial


class Experiment(Answering):
    """An experiment on a server; made by `Client.setup` and `Client.experiment`.

    A loop runs it to its end, beginning with trials that still await a response:

        for trial in experiment:
            experiment.tell(trial, show(trial["contrast"]))
    """

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
    export = blocking(exporting.export)
    replay = iterating(replaying.replay)
    watch = iterating(watching.watch)
    plot_growth = blocking(plots.plot_growth)

    def at(self, sequence: int) -> Moment:
        """Return the experiment as it was after an event of its log, to ask what was known of the participant then.

        What is known after the first fifty trials:

            trials = experiment.trials()
            experiment.at(trials[49].tell_sequence).threshold()

        Args:
            sequence: Position of the event, from 1; that of a told trial is its `tell_sequence`.
        """
        return Moment(self._subject.at(whole("sequence", sequence)), self._transport)

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


class AsyncExperiment(AsyncAnswering):
    """An experiment on a server, for event loops; made by `AsyncClient.setup` and `AsyncClient.experiment`.

    A loop runs it to its end, beginning with trials that still await a response:

        async for trial in experiment:
            await experiment.tell(trial, await show(trial["contrast"]))
    """

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
    export = awaitable(exporting.export)
    replay = iterating_async(replaying.replay)
    watch = iterating_async(watching.watch)
    plot_growth = awaitable(plots.plot_growth)

    def at(self, sequence: int) -> AsyncMoment:
        """Return the experiment as it was after an event of its log, to ask what was known of the participant then.

        What is known after the first fifty trials:

            trials = await experiment.trials()
            await experiment.at(trials[49].tell_sequence).threshold()

        Args:
            sequence: Position of the event, from 1; that of a told trial is its `tell_sequence`.
        """
        return AsyncMoment(self._subject.at(whole("sequence", sequence)), self._transport)

    async def __aiter__(self) -> AsyncIterator[Trial]:
        with self._subject.loop():
            self._subject.next_trials.extend(await drive_async(reading.pending(self._subject), self._transport))
            while trial := await drive_async(reading.next_in_loop(self._subject), self._transport):
                yield trial

    def _repr_html_(self) -> str:
        return config_html(self._subject)
