"""SQLite's write-ahead log as its files have it, in the format that sqlite.org/walformat.html describes."""

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
PAGE_BYTES = 4096
FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES

_LAST_FRAME_AT, _SALT_AT, _COPIED_AT = 16, 32, 128
"""Where the index (the file -shm) has these, in bytes; numbers are in the machine's own order."""


@dataclass(frozen=True, slots=True)
class WalIndex:
    """How far the log is.

    Attributes:
        salt: Changes when the log begins anew at its first frame, all of it having been copied into the database.
        frames: How many there are.
        copied: How many of them have been copied into the database, or were about to be. They had been flushed before.
    """

    salt: bytes
    frames: int
    copied: int


def read_index(database: Path) -> WalIndex:
    """Return how far the log of a database is."""
    index = Path(f"{database}-shm").read_bytes()
    (frames,) = struct.unpack_from("=I", index, _LAST_FRAME_AT)
    (copied,) = struct.unpack_from("=I", index, _COPIED_AT)
    return WalIndex(index[_SALT_AT : _SALT_AT + 8], frames, copied)


def end_of(frames: int) -> int:
    """Return where the file of the log ends after so many frames, in bytes."""
    return HEADER_BYTES + frames * FRAME_BYTES
