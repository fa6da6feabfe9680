"""Tries rows on a server: 30 trials, their replay and a query for one that works, a Setup for one that is refused."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aepsych_grpc.client import AepsychError, Client, Experiment, Trial
from aepsych_grpc.server.exposure import Exposure
from aepsych_grpc.server.serving import Server
from tools.aepsych_coverage.row import Row
from tools.aepsych_coverage.study import TRIALS, Participant, study

BUDGET = 30
"""Seconds for a choice: more than any takes, so that a busy machine makes no difference."""
CONTRASTS = (0.01, 0.1, 0.5)

Query = Callable[[Experiment, Mapping[str, Any]], list[float]]
QUERIES: Mapping[str, Query] = {
    "threshold": lambda experiment, context: [
        point.median for point in experiment.threshold(contexts=[context]).points
    ],
    "maximum": lambda experiment, _: [experiment.maximum().response.mean],
    "prediction": lambda experiment, context: [
        one.mean for one in experiment.predict([{**context, "contrast": contrast} for contrast in CONTRASTS])
    ],
}
"""Queries as functions of values of all parameters but the contrast."""


class ClaimError(AssertionError):
    """A row claims what is not so."""


@contextmanager
def running_bench() -> Iterator["Bench"]:
    """Start a server behind a socket, with a database of its own."""
    with TemporaryDirectory() as folder:
        server = Server(Path(folder) / "coverage.db", Exposure(port=0))
        try:
            with Client(server.address, timeout=2 * BUDGET) as client:
                yield Bench(client)
        finally:
            server.stop(0)


class Bench:
    """Where rows are tried. Everything is seeded, so that rows which stand for the same run share it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._run: set[str] = set()

    def check(self, row: Row) -> None:
        """Find out whether a row claims what is so.

        Raises:
            ClaimError: It isn't.
        """
        if row.refused:
            self._check_refusal(row)
            return
        run = json.dumps([study(row.here or {}), row.ask, row.setup, row.asked, row.query], sort_keys=True)
        if run not in self._run:
            try:
                self._check_run(row)
            except AepsychError as error:
                raise ClaimError(f"{row} is said to work, but: {error}") from error
            self._run.add(run)

    def _check_refusal(self, row: Row) -> None:
        if row.tried is None:
            return
        try:
            self._set_up(row, row.tried)
        except AepsychError as error:
            for words in row.says:
                if words not in str(error):
                    raise ClaimError(f'{row}: the refusal doesn\'t say "{words}", but: {error}') from error
        else:
            raise ClaimError(f"{row} is said to be refused, but the server takes it: {row.tried}")

    def _check_run(self, row: Row) -> None:
        experiment = self._set_up(row, row.here or {})
        trials = _thirty_trials(row, experiment)
        for trial in trials:
            if trial.source == "fallback" or trial.note:
                raise ClaimError(f"{row}: trial {trial.trial_id} is a stand-in: {trial.note}")
        tried = experiment.config.strategies[-2].name
        given = sum(trial.strategy == tried for trial in trials)
        if not (given == row.asked if row.asked else given):
            raise ClaimError(f"{row}: the strategy gave {given} trials, not {row.asked or 'one or more'}.")
        for event in experiment.replay(verify_refits=True):
            if event.agreement != "same" and (event.recorded or event.recorded_refit):
                raise ClaimError(f"{row}: event {event.sequence}, worked out again, is another one.")
        context = {name: value for name, value in trials[-1].stimuli[0].items() if name != "contrast"}
        answer = QUERIES[row.query or _suiting_query(experiment)](experiment, context)
        if not answer or not all(map(math.isfinite, answer)):
            raise ClaimError(f"{row}: the query's answer is {answer}.")

    def _set_up(self, row: Row, fragment: Mapping[str, Any]) -> Experiment:
        config, arguments = study(fragment), dict(row.setup or {})
        for name, value in arguments.items():
            if value == ["EARLIER"]:
                arguments[name] = [self._client.setup(config).experiment_id]
        return self._client.setup(config, **arguments)


def _thirty_trials(row: Row, experiment: Experiment) -> list[Trial]:
    """Run the participant through the experiment; return the trials as they were asked."""
    participant = Participant(experiment.config)
    trials: list[Trial] = []
    while len(trials) < TRIALS:
        asked = experiment.ask_batch(**{"count": 1, "compute_budget": BUDGET, **(row.ask or {})})
        experiment.tell_batch([(trial, participant.respond(trial.stimuli)) for trial in asked])
        trials.extend(asked)
    return trials


def _suiting_query(experiment: Experiment) -> str:
    config = experiment.config
    if config.outcomes[0].WhichOneof("kind") == "binary" and config.intensity_parameter:
        return "threshold"
    return "maximum" if config.outcomes[0].HasField("choice") else "prediction"
