"""A server as a process of its own, which can be killed and started again."""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

STOP_WITHIN = 15.0
"""Seconds that a server is given to stop in peace."""

_LISTENING = re.compile(r"listening on \S*:(\d+) and http://\S*:(\d+)")


class ServerFailedError(Exception):
    """The server did not start."""


class ServerProcess:
    """A running server on a free loopback port.

    Args:
        database: Its SQLite file.
        log: File to which its log is appended.
        port: Port to listen on for gRPC; 0 takes a free one.
        http_port: Port to listen on for HTTP; 0 takes a free one.
        options: More options of `aepsych-grpc serve`.

    Attributes:
        port: Where it listens for gRPC.
        http_port: Where it listens for HTTP.
        seconds_to_ready: How long it took to start.
    """

    def __init__(
        self, database: Path, log: Path, port: int = 0, http_port: int = 0, options: Sequence[str] = ()
    ) -> None:
        ports = ["--port", str(port), "--http-port", str(http_port)]
        command = [sys.executable, "-m", "aepsych_grpc", "serve", *ports, "--db", str(database), *options]
        start = time.perf_counter()
        with log.open("ab") as sink:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=sink, text=True)  # noqa: S603  # our own program
        try:
            self.port, self.http_port = self._wait_until_it_listens(log)
        except BaseException:
            self.kill()
            raise
        self.seconds_to_ready = time.perf_counter() - start

    def _wait_until_it_listens(self, log: Path) -> tuple[int, int]:
        assert self._process.stdout is not None  # noqa: S101  # asked for above
        for line in self._process.stdout:
            found = _LISTENING.search(line)
            if found:
                return int(found[1]), int(found[2])
        raise ServerFailedError(f"The server did not start; see {log}.")

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def kill(self) -> None:
        """End it with SIGKILL: it gets no chance to save anything."""
        self._process.kill()
        self._end()

    def stop(self) -> None:
        """Ask it to stop, and insist if it does not."""
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._end()

    def _end(self) -> None:
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
