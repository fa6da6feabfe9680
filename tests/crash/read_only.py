"""A database that can't be written to for a while, and a file that may not be."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from crash.arena import Arena
from crash.judge import Verdict
from crash.sabotage import become_read_only

READ_ONLY_SECONDS = 0.1
LONGEST_WRITABLE = 0.2


def run(arena: Arena) -> Verdict:
    """Make the database read-only under a running server and lift it again; at last start one on a read-only file."""
    server = arena.server(become_read_only.__name__)
    server.start()
    with arena.participants() as journal:
        for _ in range(arena.runs):
            journal.wait_for_news()
            time.sleep(arena.rng.uniform(0, LONGEST_WRITABLE))
            arena.control.touch()
            journal.wait_for_a_miss()
            time.sleep(READ_ONLY_SECONDS)
            arena.control.unlink()
            arena.advance()
        journal.wait_for_news()
    server.terminate()
    refusal = _start_on_a_read_only_file(Path(arena.database))
    server.start()
    verdict = arena.judge(journal)
    verdict.expect("it is read-only" in refusal, f"a server on a read-only file says: {refusal}")
    for (code, message), times in sorted(journal.unanswered.items()):
        clear = code == "UNAVAILABLE" and "attempt to write a readonly database" in message and "recorded" in message
        verdict.expect(clear, f"a call failed with {code}: {message}")
        verdict.remarks.append(f"{times} calls were refused: {message}")
    return verdict


def _start_on_a_read_only_file(database: Path) -> str:
    """Return what a server says that may not write to the file."""
    database.chmod(0o400)
    command = [sys.executable, "-m", "aepsych_grpc", "serve", "--port", "0", "--db", str(database)]
    if os.geteuid() == 0:  # root may write to anything, unless it gives that up
        setpriv = shutil.which("setpriv")
        assert setpriv is not None, "As root this needs setpriv, of util-linux."
        command = [setpriv, "--bounding-set=-dac_override", *command]
    attempt = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    database.chmod(0o600)
    return attempt.stderr
