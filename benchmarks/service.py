"""Measures what a participant waits for: Ask, Tell, RPC overhead, start-up, and what an idle server costs.

Usage: python benchmarks/service.py [--trials 100] [--calls 300] [--folder DIR]

A real server runs on loopback with a fresh SQLite file in DIR, whose disk is what Tell is compared with. Linux only:
the server's CPU seconds are read from /proc.
"""

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from process_cpu import cpu_seconds
from rich.console import Console
from rich.progress import track
from rich.table import Table

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.client import Client, Experiment
from aepsych_grpc.demo.latency import percentile, timed
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.server_process import ServerProcess
from aepsych_grpc.demo.study import participant, study

STARTS = 3
WARM_UP_SECONDS = 8.0
"""The server loads and tries out its libraries in the background for a few seconds after it has started."""
IDLE_SECONDS = 10.0
ASKS = 25
"""Asks that are measured, beginning at the wanted number of told trials."""
FLUSHED_BYTES = 24_576
"""What a bare flush writes: about the pages that a Tell appends to SQLite's write-ahead log."""

console = Console(width=100)


@dataclass(frozen=True)
class Row:
    """A line of the table; durations in milliseconds."""

    what: str
    p50: float
    p99: float | None
    goal: str

    def cells(self) -> tuple[str, ...]:
        """The line as texts."""
        return self.what, f"{self.p50:.2f}", "" if self.p99 is None else f"{self.p99:.2f}", self.goal


def milliseconds(what: str, seconds: list[float], goal: str = "") -> Row:
    """Make a line of durations."""
    return Row(what, 1e3 * percentile(seconds, 50), 1e3 * percentile(seconds, 99), goal)


def start_up(folder: Path) -> Row:
    """Start and stop a server a few times."""
    seconds = []
    for i in track(range(STARTS), description="start", console=console):
        server = ServerProcess(folder / f"start-{i}.db", folder / "server.log")
        seconds.append(server.seconds_to_ready)
        server.stop()
    return Row("start to first call", 1e3 * statistics.median(seconds), None, "5000")


def overhead(client: Client, calls: int) -> Row:
    """Call GetServerInfo, which computes nothing."""
    seconds: list[float] = []
    for _ in track(range(calls), description="RPC overhead", console=console):
        timed(client.server_info, seconds)
    return milliseconds("GetServerInfo", seconds[calls // 10 :], "p50 1")


def http_overhead(port: int, calls: int) -> list[Row]:
    """Call over HTTP, each call beside one that a server without any content answers, through the same client."""
    bare = HTTPServer(("127.0.0.1", 0), _Bare)
    threading.Thread(target=bare.serve_forever, daemon=True).start()
    rows = []
    for what, content_type, body, goal in (
        ("GetServerInfo over HTTP, binary", "application/proto", b"", "p50 1 beyond a bare server"),
        ("GetServerInfo over HTTP, JSON (24 kB)", "application/json", b"{}", ""),
    ):
        seconds: list[float] = []
        nothing: list[float] = []
        connections = [HTTPConnection("127.0.0.1", one) for one in (port, bare.server_port)]
        for _ in track(range(calls), description=what, console=console):
            for connection, into in zip(connections, (seconds, nothing), strict=True):
                timed(partial(_post, connection, content_type, body), into)
        for connection in connections:
            connection.close()
        rows.append(milliseconds(what, seconds[calls // 10 :], goal))
    bare.shutdown()
    return [*rows, milliseconds("  bare HTTP server of Python's, same client", nothing[calls // 10 :])]


def _post(connection: HTTPConnection, content_type: str, body: bytes) -> None:
    path = "/aepsych_grpc.v1.ExperimentService/GetServerInfo"
    connection.request("POST", path, body, {"Content-Type": content_type})
    response = connection.getresponse()
    response.read()
    assert response.status == HTTPStatus.OK


class _Bare(BaseHTTPRequestHandler):
    """Answers with nothing, as fast as can be."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def asks(client: Client, server: ServerProcess, trials: int) -> list[Row]:
    """Run an experiment up to some number of told trials, then measure the asks that follow."""
    config, truth = study(trials + ASKS), ContrastSensitivity()
    observer, rng = participant(config, truth), random.Random(1)
    experiment = client.setup(config, seed=1)
    seconds: list[float] = []
    spent: list[float] = []
    for number in track(range(trials + ASKS), description=f"trials up to {trials + ASKS}", console=console):
        before = cpu_seconds(server.pid)
        trial = timed(experiment.ask, seconds)
        spent.append(cpu_seconds(server.pid) - before)
        experiment.tell(trial, observer.respond(trial.stimulus, rng))
        if number < trials:
            seconds.clear()
            spent.clear()
    return [
        milliseconds(f"Ask, 2 parameters, {trials} told trials", seconds),
        Row("  its CPU time, mean", 1e3 * statistics.mean(spent), None, "100"),
    ]


def tells(client: Client, folder: Path, calls: int) -> list[Row]:
    """Tell responses, each next to a bare write and flush of the same disk."""
    experiment = client.setup(study(20), seed=2)
    stimulus = {"contrast": 0.1, "spatial_frequency": 2.0}
    told: list[float] = []
    flushed: list[float] = []
    block = os.urandom(FLUSHED_BYTES)
    with (folder / "flushed").open("wb", buffering=0) as file:
        for i in track(range(calls), description="Tell", console=console):
            timed(lambda: _flush(file.fileno(), block), flushed)
            timed(lambda i=i: _tell(experiment, stimulus, i), told)
    extra = percentile(told, 99) - percentile(flushed, 99)
    return [
        milliseconds("Tell, on disk when acknowledged", told),
        milliseconds(f"  bare flush of {FLUSHED_BYTES // 1024} kB, same disk", flushed),
        Row("  Tell beyond the flush, at p99", 1e3 * extra, None, "15"),
    ]


def _flush(descriptor: int, block: bytes) -> None:
    os.write(descriptor, block)
    os.fdatasync(descriptor)


def _tell(experiment: Experiment, stimulus: dict[str, float], i: int) -> None:
    experiment.tell(stimulus, i % 2)


def idle(server: ServerProcess) -> Row:
    """Leave the server alone."""
    before = cpu_seconds(server.pid)
    time.sleep(IDLE_SECONDS)
    return Row("idle CPU, %", 100 * (cpu_seconds(server.pid) - before) / IDLE_SECONDS, None, "1")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100, help="told trials at which Ask is measured (default 100)")
    parser.add_argument("--calls", type=int, default=300, help="calls of Tell and GetServerInfo (default 300)")
    parser.add_argument("--folder", type=Path, help="where the database is (default: a temporary folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        rows = [start_up(folder)]
        server = ServerProcess(folder / "benchmark.db", folder / "server.log")
        try:
            time.sleep(WARM_UP_SECONDS)
            client = Client(f"127.0.0.1:{server.port}")
            rows += [
                overhead(client, arguments.calls),
                *http_overhead(server.http_port, arguments.calls),
                *asks(client, server, arguments.trials),
                *tells(client, folder, arguments.calls),
                idle(server),
            ]
        finally:
            server.stop()
    table = Table(caption=machine(), title="Milliseconds, unless said otherwise")
    for heading in ("", "p50", "p99", "goal, at most"):
        table.add_column(heading, justify="right" if heading else "left")
    for row in rows:
        table.add_row(*row.cells())
    console.print(table)


if __name__ == "__main__":
    main()
