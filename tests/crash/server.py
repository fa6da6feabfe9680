"""The driver's end of a server that can be started, killed and started again, many times a second."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]

PORTS = range(20_000, 32_000)
"""Below those that Linux gives to outgoing connections: a client that knocks at a dead server's port again and again
would else be given that very port one day, reach itself, and keep the server from coming back."""


class ServerEnded(Exception):
    """The server has ended by itself, before it listened."""


class Host:
    """A process that forks servers, one at a time."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "crash.server_host"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                cwd=TESTS,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
            )
        self.expect("ready")

    def tell(self, order: dict) -> None:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def heard(self) -> tuple[str, int]:
        """Wait for a line, and return its word and the number after it (0 without one)."""
        line = self._process.stdout.readline()
        if not line:
            raise ServerEnded(f"The host of the server has ended; see {self.log}.")
        word, _, number = line.strip().partition(" ")
        return word, int(number or 0)

    def expect(self, wanted: str) -> int:
        """Wait for a line that begins with a word, and return the number after it."""
        word, number = self.heard()
        if word != wanted:
            raise ServerEnded(f'"{wanted}" was expected of the server, "{word} {number}" heard; see {self.log}.')
        return number

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Server:
    """A server of a host, on a database and a port of its own that it keeps from start to start.

    Args:
        host: What forks it.
        database: Path or URL.
        sabotage: What is done to its code before it starts; a name of `sabotage.SABOTAGE`.
        control: File by which the driver steers the sabotage.
    """

    def __init__(self, host: Host, database: str, control: Path, sabotage: str = "") -> None:
        self.port = free_port()
        self.pid = 0
        self._host = host
        self._order = {"database": database, "port": self.port, "control": str(control), "sabotage": sabotage}

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def begin(self) -> None:
        """Fork it, and do not wait until it listens."""
        self._host.tell(self._order)
        self.pid = self._host.expect("forked")

    def start(self) -> None:
        self.begin()
        self._host.expect("listening")

    def wait_until_it_listens(self) -> None:
        self._host.expect("listening")

    def kill(self) -> None:
        """End it with SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def terminate(self) -> int:
        """End it with SIGTERM, and return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        word, number = self._host.heard()
        while word != "ended":  # it may have begun to listen just before
            word, number = self._host.heard()
        self.pid = 0
        return number


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
