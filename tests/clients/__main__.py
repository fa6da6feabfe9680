"""Builds every client, runs its behaviours against a server of its own, and prints a table.

The exit code is 1 unless all hold; with CI set, a client whose tools are not installed counts as failed.

    make clients
    make clients ARGS="--only C++"
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from clients.catalogue import CLIENTS
from clients.live_server import LiveServer
from clients.runner import Client, NotInstalledError, Report, run
from clients.table import table


def main() -> int:
    known = {client.name: client for client in CLIENTS}
    parser = argparse.ArgumentParser(description="Put every client through the same behaviours.")
    parser.add_argument("--only", nargs="+", choices=known, metavar="CLIENT", help=f"of {', '.join(known)}")
    chosen = parser.parse_args().only or list(known)
    console, reports = Console(width=120, highlight=False), {}
    with tempfile.TemporaryDirectory(prefix="aepsych-clients-") as folder:
        for i, name in enumerate(chosen):
            console.print(f"{name}: building and running ...")
            reports[name] = _report(known[name], Path(folder) / str(i), console)
    console.print(table(reports))
    for name, report in reports.items():
        for problem in report.problems() if report else ():
            console.print(f"{name}: {problem}", style="red", markup=False)
    absent = [name for name, report in reports.items() if report is None]
    good = all(report.good for report in reports.values() if report) and not (absent and os.environ.get("CI"))
    return 0 if good else 1


def _report(client: Client, folder: Path, console: Console) -> Report | None:
    try:
        command = client.build(folder / "build")
    except NotInstalledError as error:
        console.print(f"{client.name}: not run: {error}", markup=False)
        return None
    with LiveServer(folder / "server") as server:
        return run(command, client.address(server), server.restart)


if __name__ == "__main__":
    sys.exit(main())
