"""No space for the next write, then space again: nothing by halves, and the same server goes on."""

import os
import resource
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from crash.arena import Arena
from crash.judge import Verdict
from crash.server import Server

FULL_SECONDS = 0.1
"""How long there is no space after the first call has failed."""

SLACK_BYTES = 12_000
"""Space that is left, at most: so that a write fails at its beginning, in its midst or at its end."""

DISK = "16m"


def run_with_limit(arena: Arena) -> Verdict:
    """Let the operating system refuse longer files (RLIMIT_FSIZE): a write fails with EFBIG, half of it written."""
    server, log = arena.server(), Path(f"{arena.database}-wal")

    def fill() -> None:
        _limit_files(server, log.stat().st_size + arena.rng.randrange(SLACK_BYTES))

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
    while True:
        free = os.statvfs(disk)
        try:
            return os.posix_fallocate(file, 0, max(free.f_bavail * free.f_frsize - slack, 1))
        except OSError:  # the server was faster
            continue


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
    server.start()
    pid = server.pid
    with arena.participants() as journal:
        for _ in range(arena.runs):
            journal.wait_for_news()
            time.sleep(arena.rng.uniform(0, 0.1))
            fill()
            journal.wait_for_a_miss()
            time.sleep(FULL_SECONDS)
            free()
            arena.advance()
        journal.wait_for_news()
    verdict = arena.judge(journal)
    verdict.expect(server.pid == pid, "the server has ended")
    for (code, message), times in sorted(journal.unanswered.items()):
        clear = code == "UNAVAILABLE" and "The database can't be" in message and "recorded" in message
        verdict.expect(clear, f"a call failed with {code}: {message}")
        verdict.remarks.append(f"{times} calls were refused: {message}")
    return verdict
