"""SIGKILL to `aepsych-grpc serve` itself, as people start it: not forked, and warming up in the background."""

import time

from aepsych_grpc.demo.server_process import ServerProcess
from crash.arena import Arena
from crash.judge import Verdict
from crash.server import free_port

LONGEST_LIFE = 3.0
"""Seconds that it serves, at most: longer than it warms up."""


def run(arena: Arena) -> Verdict:
    """Kill it, start it again on the same file, and so on."""
    database, log, port = arena.folder / "experiments.db", arena.folder / "served.log", free_port()
    arena.targets.append(f"127.0.0.1:{port}")
    server = ServerProcess(database, log, port)
    try:
        with arena.participants() as journal:
            for _ in range(arena.runs):
                journal.wait_for_news()
                time.sleep(arena.rng.uniform(0, LONGEST_LIFE))
                server.kill()
                arena.advance()
                server = ServerProcess(database, log, port)
        verdict = arena.judge(journal)
    finally:
        server.stop()
    verdict.remarks.append(f"{journal.recognised} calls were recorded but not answered, and recognised when sent again")
    return verdict
