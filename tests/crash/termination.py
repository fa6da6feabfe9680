"""SIGTERM with calls in flight."""

import time

from crash.arena import Arena
from crash.judge import Verdict

LONGEST_LIFE = 0.5
"""Seconds from the first answer after a start to the signal, at most."""


def run(arena: Arena) -> Verdict:
    """Stop the server in peace, start it again, and so on.

    Calls that are not acknowledged must end with UNAVAILABLE, for only then can a client send them again; the exit code
    must be 0.
    """
    server, codes = arena.server(), set()
    server.start()
    with arena.participants() as journal:
        for _ in range(arena.runs):
            journal.wait_for_news()
            time.sleep(arena.rng.uniform(0, LONGEST_LIFE))
            codes.add(server.terminate())
            arena.advance()
            server.start()
    verdict = arena.judge(journal)
    verdict.expect(codes == {0}, f"the server ended with {codes}")
    ends = {code for code, _ in journal.unanswered}
    verdict.expect(ends == {"UNAVAILABLE"}, f"calls ended with {ends}")
    stopping = sum(n for (_, message), n in journal.unanswered.items() if "shutting down" in message)
    verdict.remarks.append(f"{stopping} calls were told that the server was shutting down")
    return verdict
