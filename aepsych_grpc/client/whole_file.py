"""Files that are there whole or not at all."""

import errno
import os
import uuid
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


class WholeFile:
    """A file in the making; use it as a context manager. Until `finish` it has another name, and without it none.

    Args:
        target: The file, or a folder for it. A file that is there already is replaced.

    Raises:
        FileNotFoundError: There is no such folder.
    """

    def __init__(self, target: Path) -> None:
        self._target = target.resolve()
        self._folder = self._target if self._target.is_dir() else self._target.parent
        if not self._folder.is_dir():
            raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(self._folder))
        self._path = self._folder / f".{uuid.uuid4().hex}.part"
        self._file: BinaryIO | None = None

    def begin(self) -> BinaryIO:
        """Return the file, open for writing and empty, whatever was written before."""
        if self._file is None:
            try:
                self._file = self._path.open("xb")
            except OSError as error:
                raise OSError(error.errno, error.strerror, str(self._target)) from None
        self._file.seek(0)
        self._file.truncate()
        return self._file

    def finish(self, name: str) -> Path:
        """Give the file its name: the target's or, in a folder, this one. It is on disk then."""
        if self._file is None:
            raise ValueError("Nothing was begun.")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        target = self._folder / Path(name).name if self._target.is_dir() else self._target
        self._path.replace(target)
        return target

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)
