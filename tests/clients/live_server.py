"""The server that a runner is put in front of: a process of its own that can be started again in its place."""

from pathlib import Path
from typing import Self

from crash.server import free_port

from aepsych_grpc.demo.server_process import ServerProcess


class LiveServer:
    """A running server with a new database in `folder`; it is stopped at the end of a `with`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database, self._log = folder / "experiments.db", folder / "server.log"
        self._port, self._http_port = free_port(), free_port()
        self._start()

    def _start(self) -> None:
        web_pages = ["--cors-origin", "*"]
        self._process = ServerProcess(self._database, self._log, self._port, self._http_port, web_pages)

    @property
    def target(self) -> str:
        """Address for gRPC, "HOST:PORT"."""
        return f"127.0.0.1:{self._port}"

    @property
    def http_target(self) -> str:
        """Address for HTTP, "HOST:PORT"."""
        return f"127.0.0.1:{self._http_port}"

    def restart(self) -> None:
        """Kill it, and start it again on the same port and database."""
        self._process.kill()
        self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stop()
