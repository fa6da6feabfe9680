"""Runs a client's conformance runner in front of a server, and reads what it prints; see README.md."""

import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clients.behaviours import BEHAVIOURS
from clients.live_server import LiveServer

PATIENCE = 600.0
"""Seconds that a runner has in all."""


class NotInstalledError(Exception):
    """What a client is built or run with is not on this machine; says what to install."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client that has a runner.

    Attributes:
        name: What the table calls it.
        build: Builds it in a folder and returns the command that runs it, without the address; raises
            NotInstalledError.
        address: What the command takes as its address.
    """

    name: str
    build: Callable[[Path], Sequence[str]]
    address: Callable[[LiveServer], str] = lambda server: server.target


@dataclass(slots=True)
class Report:
    """What a runner has said.

    Attributes:
        failures: By behaviour that was reported: why it failed, or "" if it did not.
        complaints: What is wrong with the runner itself.
        exit_code: With which it ended.
        errors: What it wrote to stderr.
    """

    failures: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    exit_code: int = 0
    errors: str = ""

    @property
    def good(self) -> bool:
        """Whether every behaviour was reported, and none failed."""
        return not self.problems()

    def problems(self) -> list[str]:
        """Return all that is wrong, a line each."""
        missing = [name for name in BEHAVIOURS if name not in self.failures]
        return [
            *(f"{name}: {why}" for name, why in self.failures.items() if why),
            *(f"{name}: not reported" for name in missing),
            *self.complaints,
        ]

    def hear(self, line: str) -> None:
        """Take in a line about a behaviour."""
        name, _, verdict = line.partition(" ")
        if name not in BEHAVIOURS:
            self.complaints.append(f"no behaviour: {line}")
        elif name in self.failures:
            self.complaints.append(f"reported twice: {line}")
        elif verdict == "ok":
            self.failures[name] = ""
        elif verdict.startswith("FAILED"):
            self.failures[name] = verdict.removeprefix("FAILED").strip() or "without saying why"
        else:
            self.complaints.append(f'neither "ok" nor "FAILED": {line}')


def run(command: Sequence[str], address: str, restart: Callable[[], None]) -> Report:
    """Run a runner to its end.

    Args:
        command: The runner, without the address.
        address: Where the server is.
        restart: Starts the server again in its place.
    """
    process = subprocess.Popen(
        [*command, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    killer = threading.Timer(PATIENCE, process.kill)
    killer.start()
    report, errors = Report(), []
    # Both at once: a runner that fills one pipe while the other is read would wait for ever.
    reader = threading.Thread(target=lambda: errors.extend(process.stderr))
    reader.start()
    with process:
        for line in _lines(process.stdout):
            if line == "restart":
                restart()
                _answer(process, "restarted\n")
            else:
                report.hear(line)
        report.exit_code = process.wait()
        reader.join()
        killer.cancel()
    report.errors = "".join(errors)
    if report.exit_code != (1 if any(report.failures.values()) else 0):
        report.complaints.append(f"ended with exit code {report.exit_code}: {report.errors.strip()[-500:]}")
    return report


def _answer(process: subprocess.Popen[str], line: str) -> None:
    try:
        process.stdin.write(line)
        process.stdin.flush()
    except BrokenPipeError:
        pass  # it has ended, which its exit code tells


def _lines(stream: Iterable[str]) -> Iterable[str]:
    return (line for line in map(str.strip, stream) if line)
