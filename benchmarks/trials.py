"""Measures how long it takes to list and to export the trials of a long experiment.

Usage: python benchmarks/trials.py [--trials 10000] [--calls 30]

The calls are answered in this process; GetExperiment, which looks at as many trials and reports none, stands beside
them. Memory is the most that Python's own objects have taken while a file was written, beyond what there was before.
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable, Iterator

from google.protobuf.message import Message
from rich.console import Console
from rich.table import Table

from aepsych_grpc.client import Client, Observation
from aepsych_grpc.demo.latency import percentile, timed
from aepsych_grpc.demo.machine import machine
from aepsych_grpc.demo.study import study
from aepsych_grpc.server.in_process import InProcessTransport
from aepsych_grpc.v1 import experiment_service_pb2 as v1

BATCH = 5000
PAGES = (100, 1000)
FORMATS = ("CSV_LONG", "CSV_WIDE", "PARQUET", "JSON")

console = Console(width=100)


def long_experiment(transport: InProcessTransport, trials: int) -> str:
    """Tell so many trials, and return the experiment's id."""
    experiment = Client(transport=transport).setup(study(20), seed=1)
    for start in range(0, trials, BATCH):
        experiment.tell_batch(
            [
                Observation({"contrast": 0.002 + 0.9 * i / trials, "spatial_frequency": 0.5 + i % 15}, i % 2, 0.5)
                for i in range(start, min(start + BATCH, trials))
            ]
        )
    return experiment.experiment_id


def milliseconds(call: Callable[[], object], calls: int) -> tuple[str, str, str]:
    """Make a call so often; return the median and the 99th percentile of its duration, and its mean CPU time."""
    seconds: list[float] = []
    before = time.process_time()
    for _ in range(calls):
        timed(call, seconds)
    spent = (time.process_time() - before) / calls
    return f"{1e3 * percentile(seconds, 50):.1f}", f"{1e3 * percentile(seconds, 99):.1f}", f"{1e3 * spent:.1f}"


def last_page(transport: InProcessTransport, experiment_id: str, trials: int, size: int) -> v1.ListTrialsRequest:
    """Return the request for the page that comes last."""
    request = v1.ListTrialsRequest(experiment_id=experiment_id, page_size=trials - size)
    response = transport.unary("ListTrials", request, None)
    assert isinstance(response, v1.ListTrialsResponse)
    request.page_size, request.page_token = size, response.next_page_token
    return request


def exported(transport: InProcessTransport, request: v1.ExportTrialsRequest) -> Iterator[int]:
    """Export, and yield how many bytes each message has."""
    messages: Iterator[Message] = transport.stream("ExportTrials", request, None)
    yield from (message.ByteSize() for message in messages)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=10_000, help="trials of the experiment (default 10000)")
    parser.add_argument("--calls", type=int, default=30, help="calls of each kind (default 30)")
    arguments = parser.parse_args()
    transport, trials = InProcessTransport(), arguments.trials
    experiment_id = long_experiment(transport, trials)
    table = Table(caption=machine(), title=f"{trials} trials")
    for heading in ("", "p50, ms", "p99, ms", "CPU, ms", "goal, at most", "MB", "memory, MB"):
        table.add_column(heading, justify="right" if heading else "left")
    get = v1.GetExperimentRequest(experiment_id=experiment_id)
    table.add_row("GetExperiment", *milliseconds(lambda: transport.unary("GetExperiment", get, None), arguments.calls))
    for size in PAGES:
        for name, page in (
            ("first", v1.ListTrialsRequest(experiment_id=experiment_id, page_size=size)),
            ("last", last_page(transport, experiment_id, trials, size)),
        ):
            call = milliseconds(lambda page=page: transport.unary("ListTrials", page, None), arguments.calls)
            table.add_row(f"ListTrials, {name} page of {size}", *call, "50")
    for name in FORMATS:
        request = v1.ExportTrialsRequest(experiment_ids=[experiment_id], format=f"EXPORT_FORMAT_{name}")
        call = milliseconds(lambda request=request: sum(exported(transport, request)), 3)
        tracemalloc.start()
        size = sum(exported(transport, request))
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        table.add_row(f"ExportTrials, {name}", *call, "", f"{size / 1e6:.1f}", f"{memory / 1e6:.1f}")
    transport.close()
    console.print(table)


if __name__ == "__main__":
    main()
