"""Copying a database while it is in use."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from aepsych_grpc.store.error import StoreUnavailable

Progress: TypeAlias = Callable[[int, int], None]
"""Is told how many pages of how many are copied."""

PAGES = 1024
"""Pages copied at a time: 4 MB, some milliseconds."""


def back_up(database: Path, target: Path, progress: Progress) -> None:
    """Copy a file as it is at one moment, while others go on to write to it; no one waits for the copy.

    The copy is one file that needs no companions, and gets its name when it is complete, sound and on disk.

    Raises:
        StoreUnavailable: The database can't be read or is damaged, or the target exists or can't be written.
    """
    if not database.is_file():
        raise StoreUnavailable(f"There is no database {database}.")
    if target.exists():
        raise StoreUnavailable(f"{target} exists already; choose another name.")
    part = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            _copy(database, part, progress)
            _flush(part)
            part.rename(target)
            _flush_name(target)
        finally:
            part.unlink(missing_ok=True)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"The database {database} can't be copied to {target}: {error}.") from error
    except OSError as error:
        raise StoreUnavailable(f"{error.filename or target} can't be written: {error.strerror}.") from error


def _copy(database: Path, part: Path, progress: Progress) -> None:
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(source), closing(sqlite3.connect(part, isolation_level=None)) as copy:
        # A transaction that lasts as long as the copy: otherwise it would begin anew with each Tell.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=PAGES, progress=lambda _, remaining, total: progress(total - remaining, total))
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")
        problems = [row[0] for row in copy.execute("PRAGMA integrity_check")]
    if problems != ["ok"]:
        raise StoreUnavailable(f"The database {database} is damaged: {'; '.join(problems[:3])}.")


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _flush_name(path: Path) -> None:
    """Have a file's name on disk too; other systems than Unix do so by themselves."""
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
