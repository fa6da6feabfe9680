"""SIGKILL at random moments, with calls of several participants in flight."""

import time

from crash.arena import Arena
from crash.judge import Verdict

LIVES = (0.001, 1.0)
"""Shortest and longest life in seconds, from the first answer after a start; drawn evenly on a logarithmic scale."""

STILLBORN = 0.1
"""Share of servers that are killed while they start."""

START_SECONDS = 0.2
"""In which a server starts, about."""


def run(arena: Arena) -> Verdict:
    """Kill the server, start it on the same file, and so on; then hold all that it said against what is there."""
    server = arena.server()
    server.start()
    stillborn = 0
    with arena.participants() as journal:
        for _ in range(arena.runs):
            if arena.rng.random() < STILLBORN:
                server.kill()
                server.begin()
                time.sleep(arena.rng.uniform(0, START_SECONDS))
                stillborn += 1
            else:
                journal.wait_for_news()
                shortest, longest = LIVES
                time.sleep(shortest * (longest / shortest) ** arena.rng.random())
            server.kill()
            arena.advance()
            server.start()
    verdict = arena.judge(journal)
    verdict.remarks.append(
        f"{stillborn} kills hit a server that was starting; {journal.recognised} calls were recorded when the server "
        "was killed, but not answered, and recognised when they were sent again"
    )
    return verdict
