"""Holds what was acknowledged against what there is: what the server lists, and what the log has."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.record import ExperimentRecord, StoredEvent
from aepsych_grpc.v1 import event_pb2, trial_pb2
from crash.claims import Claims


@dataclass(slots=True)
class Verdict:
    """What has become of all that was acknowledged.

    Attributes:
        acknowledged: How many experiments, trials, responses and ends.
        lost: Those that are not there, or not as they were acknowledged.
        duplicated: Those that are there twice, and what is there that nobody was told of.
        wrong: Whatever else is not as promised.
        remarks: What shows that the fault has struck.
    """

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.duplicated or self.wrong)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note what is wrong unless something holds."""
        if not holds:
            self.wrong.append(otherwise)


@dataclass(frozen=True, slots=True)
class Log:
    """An experiment as the database has it."""

    record: ExperimentRecord
    events: Sequence[StoredEvent]


def read_logs(database: str) -> dict[str, Log]:
    """Return every experiment of a database, by id."""
    store = open_store(database)
    with closing(store):
        logs: dict[str, Log] = {}
        before = None
        while True:
            page = store.list_experiments(page_size=100, before=before)
            for record in page.records:
                logs[record.experiment_id] = Log(record, store.events(record.experiment_id))
            before = page.following
            if before is None:
                return logs


def judge(claims: Claims, listed: Mapping[str, Sequence[trial_pb2.Trial]], logs: Mapping[str, Log]) -> Verdict:
    """Judge a database that no call is changing any more.

    Args:
        claims: What was acknowledged. Every call that was begun must be among it: whatever else is recorded counts as
            duplicated.
        listed: The trials of each experiment, as ListTrials has them.
        logs: What the database holds.
    """
    verdict = Verdict(claims.count, list(claims.lost), list(claims.duplicated))
    for request_id, experiment_id in claims.experiments.items():
        if experiment_id not in logs:
            verdict.lost.append(f"experiment {experiment_id} of setup {request_id}")
    _judge_listing(claims, listed, verdict)
    known = set(claims.experiments.values())
    for experiment_id, log in logs.items():
        if experiment_id not in known:
            verdict.duplicated.append(f"experiment {experiment_id}, which nobody was told of")
        _judge_log(claims, log, verdict)
    return verdict


def _judge_listing(claims: Claims, listed: Mapping[str, Sequence[trial_pb2.Trial]], verdict: Verdict) -> None:
    trials = {(name, trial.trial_id): trial for name, all_of_it in listed.items() for trial in all_of_it}
    for (experiment_id, number), (request_id, stimuli) in claims.asked.items():
        trial = trials.get((experiment_id, number))
        if trial is None or list(trial.stimuli) != stimuli:
            verdict.lost.append(f"trial {number} of {experiment_id}, the answer to {request_id}")
    for (experiment_id, name), (number, outcomes) in claims.told.items():
        trial = trials.get((experiment_id, number))
        found = trial.observation if trial else trial_pb2.Observation()
        if found.observation_id != name or {k: v.number_value for k, v in found.outcomes.items()} != outcomes:
            verdict.lost.append(f"response {name} to trial {number} of {experiment_id}")


def _judge_log(claims: Claims, log: Log, verdict: Verdict) -> None:
    name, numbers = log.record.experiment_id, range(1, len(log.events) + 1)
    events = [event_pb2.Event.FromString(stored.payload) for stored in log.events]
    verdict.wrong += gaps(log)
    trials, responses, causes = Counter[int](), Counter[str](), Counter[tuple[str, str, int]]()
    for event in events:
        kind = event.WhichOneof("kind")
        what = getattr(event, kind)
        if kind == "observation_told":
            responses[what.observation.observation_id] += 1
            if what.unsolicited:
                trials[what.observation.trial_id] += 1
            if (name, what.observation.observation_id) not in claims.told:
                verdict.duplicated.append(f"response {what.observation.observation_id} of {name}, unacknowledged")
            continue
        if kind == "trial_asked":
            trials[what.trial_id] += 1
            if (name, what.trial_id) not in claims.asked:
                verdict.duplicated.append(f"trial {what.trial_id} of {name}, of which nobody was told")
        if kind != "model_refitted" and what.request.request_id:
            causes[kind, what.request.request_id, what.batch_index if kind == "trial_asked" else 0] += 1
    ended = {request_id for kind, request_id, _ in causes if kind in ("strategy_finished", "experiment_finished")}
    for experiment_id, request_id in claims.ended:
        if experiment_id == name and request_id not in ended:
            verdict.lost.append(f"end {request_id} of {name}")
    for counts, what in ((trials, "trial"), (responses, "response"), (causes, "request")):
        verdict.duplicated += [f"{what} {key} of {name}, {n} times" for key, n in counts.items() if n > 1]
    numbered = sorted(trials)
    verdict.expect(numbered == list(range(1, len(trials) + 1)), f"the trials of {name} are numbered {numbered}")
    verdict.expect([event.sequence for event in events] == list(numbers), f"the events of {name} are not in order")


def gaps(log: Log) -> list[str]:
    """Say where an experiment's sequences have gaps, and in what its record disagrees with its events."""
    name, found = log.record.experiment_id, []
    sequences = [stored.sequence for stored in log.events]
    if sequences != list(range(1, len(sequences) + 1)):
        found.append(f"the log of {name} has gaps: {sequences}")
    if log.record.sequence != len(sequences):
        found.append(f"the log of {name} has {len(sequences)} events, its record says {log.record.sequence}")
    if Counter(stored.kind for stored in log.events) != Counter(log.record.counts):
        found.append(f"the events of {name} are not of the kinds that its record counts")
    return found


def damage(database: str) -> list[str]:
    """Say what SQLite's own check finds wrong with a database file."""
    if "://" in database:
        return []
    try:
        with closing(sqlite3.connect(Path(database))) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [] if found == ["ok"] else found
