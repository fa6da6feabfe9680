"""Two servers on one database, each call through whichever, and now and then one of the two is killed."""

import time

from crash.arena import Arena
from crash.judge import Verdict
from crash.participants import ALL_TOGETHER

LONGEST_LIFE = 0.6
"""Seconds between two kills, at most."""


def run(arena: Arena) -> Verdict:
    """Have participants share experiments through both servers, and kill one while the other goes on."""
    servers = [arena.server(), arena.server()]
    for server in servers:
        server.start()
    with arena.participants(ALL_TOGETHER) as journal:
        for _ in range(arena.runs):
            journal.wait_for_news()
            time.sleep(arena.rng.uniform(0, LONGEST_LIFE))
            victim = arena.rng.choice(servers)
            victim.kill()
            journal.wait_for_news()  # the other one answers
            arena.advance()
            victim.start()
    verdict = arena.judge(journal)
    races = sum(n for (code, _), n in journal.unanswered.items() if code == "ABORTED")
    verdict.remarks.append(f"{races} calls were outrun by the other server again and again, and sent once more")
    return verdict
