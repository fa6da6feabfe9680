"""No space for the next write, then space again: nothing by halves, and the same server goes on."""

import os
import resource
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crash.arena import Arena
from crash.judge import Verdict
from crash.server import Server
from crash.wal import end_of, read_index

FULL_SECONDS = 0.1
"""How long there is no space after the first call has failed."""

SLACK_BYTES = 12_000
"""Space that is left, at most: so that a write fails at its beginning, in its midst or at its end."""

TIMES_A_SERVER = 5
"""Times that space runs out before the server is stopped in peace, which makes the write-ahead log short again: else it
takes no space until it is as long as it has ever been."""

DISK = "64m"
"""Room for a write-ahead log as long as it gets (16 MB and a little), and for what it is copied into."""

ATTEMPTS = 100
"""To take the space that is left while the server takes of it too."""


def run_with_limit(arena: Arena) -> Verdict:
    """Let the operating system refuse longer files (RLIMIT_FSIZE): a write fails with EFBIG, half of it written."""
    server = arena.server()

    def fill() -> None:
        written = end_of(read_index(Path(arena.database)).frames)
        _limit_files(server, written + arena.rng.randrange(SLACK_BYTES))

    return _run(arena, server, fill, lambda: _limit_files(server, resource.RLIM_INFINITY))


def _limit_files(server: Server, size: int) -> None:
    _, hardest = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (size, hardest))


def run_with_disk(arena: Arena) -> Verdict:
    """Fill the small disk that the database is on: a write fails with ENOSPC. Needs the right to mount one."""
    disk = arena.folder / "disk"
    disk.mkdir()
    mount(disk)
    try:
        arena.database = str(disk / "experiments.db")
        filler = disk / "filler"

        def fill() -> None:
            with filler.open("wb") as file:
                _allocate(file.fileno(), disk, arena.rng.randrange(SLACK_BYTES))

        return _run(arena, arena.server(), fill, filler.unlink)
    finally:
        arena.close()
        unmount(disk)


def _allocate(file: int, disk: Path, slack: int) -> None:
    """Take all of a disk's space but some slack."""
    for _ in range(ATTEMPTS):
        free = os.statvfs(disk)
        with suppress(OSError):  # the server was faster
            return os.posix_fallocate(file, 0, max(free.f_bavail * free.f_frsize - slack, 1))
    raise TimeoutError(f"The disk {disk} could not be filled.")


def mount(disk: Path) -> None:
    """Mount a small disk of its own at a folder. Raises CalledProcessError where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    subprocess.run(command, check=True, capture_output=True)


def unmount(disk: Path) -> None:
    subprocess.run(["umount", str(disk)], check=True, capture_output=True)


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a disk."""
    with suppress(OSError, subprocess.CalledProcessError):
        mount(folder)
        unmount(folder)
        return True
    return False


def _run(arena: Arena, server: Server, fill: Callable[[], None], free: Callable[[], None]) -> Verdict:
    journals = []
    for begun in range(0, arena.runs, TIMES_A_SERVER):
        server.start()
        with arena.participants() as journal:
            for _ in range(min(TIMES_A_SERVER, arena.runs - begun)):
                journal.wait_for_news()
                time.sleep(arena.rng.uniform(0, 0.1))
                fill()
                journal.wait_for_a_miss()
                time.sleep(FULL_SECONDS)
                free()
                arena.advance()
            journal.wait_for_news()
        journals.append(journal)
        server.terminate()
    server.start()
    verdict = arena.judge(*journals)
    for (code, message), times in sorted(sum((journal.unanswered for journal in journals), Counter()).items()):
        clear = code == "UNAVAILABLE" and "The database can't be" in message and "recorded" in message
        verdict.expect(clear, f"a call failed with {code}: {message}")
        verdict.remarks.append(f"{times} calls were refused: {message}")
    return verdict
