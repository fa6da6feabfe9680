"""Where a fault is run: a database, servers on it, participants, and the judge at the end."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aepsych_grpc.v1 import experiment_service_pb2 as v1
from crash.caller import Caller
from crash.claims import claims
from crash.journal import Journal
from crash.judge import Verdict, damage, judge, read_logs
from crash.participants import GROUPS, participants
from crash.send_again import changed_answers
from crash.server import Host, Server

MOST_SENT_AGAIN = 400
"""Calls of a run that are sent again at its end."""


class Hosts:
    """The processes that fork servers; each is made when it is first needed and serves one fault after the other."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._hosts: list[Host] = []

    def __getitem__(self, number: int) -> Host:
        while len(self._hosts) <= number:
            self._hosts.append(Host(self.log))
        return self._hosts[number]

    def close(self) -> None:
        for host in self._hosts:
            host.close()
        self._hosts.clear()


@dataclass(slots=True)
class Arena:
    """One fault's database and all that it is run with.

    Attributes:
        folder: Its own, empty at the beginning.
        hosts: What forks its servers.
        runs: How often the fault is to strike.
        rng: What decides when it strikes, and what participants do.
        advance: To be called each time that it has struck.
        database: Path or URL; by default a file in the folder.
        sabotage: What is done to the code of its servers, unless the fault says otherwise.
        targets: Addresses of its servers.
    """

    folder: Path
    hosts: Hosts
    runs: int
    rng: random.Random
    advance: Callable[[], object] = lambda: None
    database: str = ""
    sabotage: str = ""
    targets: list[str] = field(default_factory=list)
    _servers: list[Server] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = self.database or str(self.folder / "experiments.db")

    @property
    def control(self) -> Path:
        """The file that steers a server's sabotage."""
        return self.folder / "control"

    def server(self, sabotage: str = "") -> Server:
        """Return one more server on the database, not started yet."""
        server = Server(self.hosts[len(self._servers)], self.database, self.control, sabotage or self.sabotage)
        self._servers.append(server)
        self.targets.append(server.target)
        return server

    @contextmanager
    def participants(self, groups: Sequence[str] = GROUPS) -> Iterator[Journal]:
        """Let participants answer for the length of the block, through whichever server."""
        with participants(self.targets, self.rng, groups) as journal:
            yield journal

    @contextmanager
    def caller(self) -> Iterator[Caller]:
        """Let the driver itself call the servers, with a journal of its own, for the length of the block."""
        caller = Caller(self.targets, Journal(), self.rng)
        try:
            yield caller
        finally:
            caller.close()

    def judge(self, *journals: Journal) -> Verdict:
        """Judge the database by what was acknowledged, through a server that runs."""
        calls = [call for journal in journals for call in journal.calls]
        made = claims(calls)
        with self.caller() as caller:
            ids = set(made.experiments.values())
            listed = {name: _trials(caller, name) for name in ids & read_logs(self.database).keys()}
            verdict = judge(made, listed, read_logs(self.database))
            again = self.rng.sample(calls, min(len(calls), MOST_SENT_AGAIN))
            if verdict.kept:  # else there is enough to tell
                before = read_logs(self.database)
                verdict.wrong += changed_answers(again, caller)
                verdict.expect(read_logs(self.database) == before, "a call sent again has left something in the log")
        verdict.wrong += [problem for journal in journals for problem in journal.refused]
        verdict.wrong += damage(self.database)
        return verdict

    def close(self) -> None:
        """End the servers that still run."""
        for server in self._servers:
            if server.pid:
                server.kill()


def _trials(caller: Caller, experiment_id: str) -> list:
    request, trials = v1.ListTrialsRequest(experiment_id=experiment_id, page_size=1000), []
    while True:
        page = caller.once("ListTrials", request)
        trials += page.trials
        request.page_token = page.next_page_token
        if not request.page_token:
            return trials
