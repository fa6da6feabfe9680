"""Every fault, and how often it is to strike."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crash import (
    between,
    clock,
    cut_wal,
    flushes,
    full_disk,
    kills,
    lost_reply,
    read_only,
    same_call,
    served,
    termination,
    two_servers,
)
from crash.arena import Arena
from crash.judge import Verdict
from crash.sabotage import acknowledge_before_commit, ignore_the_ids_of_asks


@dataclass(frozen=True, slots=True)
class Fault:
    """What is done to servers.

    Attributes:
        key: What it is called on the command line.
        name: What it is, in the table.
        promise: What is promised about it.
        run: Does it, and judges.
        runs: How often it strikes in `make crash`.
        few: How often in the tests.
        sabotage: What is broken in the servers on purpose, so that the judge must find it.
    """

    key: str
    name: str
    promise: str
    run: Callable[[Arena], Verdict]
    runs: int
    few: int
    sabotage: str = ""

    def as_expected(self, verdict: Verdict) -> bool:
        """Whether all was kept; of a server that is broken on purpose, whether that was found."""
        return bool(verdict.lost or verdict.duplicated) if self.sabotage else verdict.kept


DURABLE = "what was acknowledged is there"
RETRY_SAFE = "sending again changes nothing"
ORDERED = "each log is in order, without gaps"
BROKEN = "broken on purpose: the judge must see it"
LATE, FORGETFUL = acknowledge_before_commit.__name__, ignore_the_ids_of_asks.__name__

_CASES = len(between.cases())


def faults() -> Sequence[Fault]:
    """Return the faults that this machine allows."""
    every = [
        Fault("kill", "SIGKILL at random moments, 4 clients", DURABLE, kills.run, 200, 20),
        Fault("serve", "the same of `aepsych-grpc serve`", DURABLE, served.run, 20, 2),
        Fault("sigterm", "SIGTERM, calls in flight", DURABLE, termination.run, 100, 8),
        Fault("limit", "no space (EFBIG), then space again", DURABLE, full_disk.run_with_limit, 100, 5),
        Fault("disk", "disk full (ENOSPC), then space again", DURABLE, full_disk.run_with_disk, 100, 3),
        Fault("readonly", "read-only, then writable again", DURABLE, read_only.run, 50, 3),
        Fault("wal", "write-ahead log cut after SIGKILL", DURABLE, cut_wal.run, 200, 12),
        Fault("power", "each Tell has one flush to disk", DURABLE, flushes.run, 100, 5),
        Fault("between", "SIGKILL between the steps of a call", RETRY_SAFE, between.run, _CASES, _CASES),
        Fault("reply", "reply lost on the way", RETRY_SAFE, lost_reply.run, 100, 6),
        Fault("same", "the same Tell from 50 threads", RETRY_SAFE, same_call.run, 50, 4),
        Fault("two", "two servers, SIGKILL to either", ORDERED, two_servers.run, 100, 8),
        Fault("clock", "clock set back", ORDERED, clock.run, 50, 4),
        Fault("late", "server that answers, then commits", BROKEN, kills.run, 20, 8, LATE),
        Fault("forget", "server that ignores ids of Asks", BROKEN, lost_reply.run, 20, 6, FORGETFUL),
    ]
    with tempfile.TemporaryDirectory() as folder:
        mountable = full_disk.can_mount(Path(folder))
    return [fault for fault in every if mountable or fault.key != "disk"]
