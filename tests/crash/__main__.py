"""Runs every fault and prints a table of all that was acknowledged, lost and duplicated.

The exit code is 1 unless all is as promised.

    make crash
    make crash ARGS="--few"
    make crash ARGS="--only kill --runs 1000 --seed 7"
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from aepsych_grpc.demo.machine import machine
from crash.arena import Arena, Hosts
from crash.faults import Fault, faults
from crash.judge import Verdict
from crash.table import say_more, table


def main() -> int:
    known = {fault.key: fault for fault in faults()}
    given = _arguments(known)
    chosen = [fault for fault in known.values() if not given.only or fault.key in given.only]
    seed = random.SystemRandom().randrange(2**31) if given.seed is None else given.seed
    console = Console(width=100, highlight=False)
    console.print(f"seed {seed}")
    folder = Path(tempfile.mkdtemp(prefix="aepsych-crash-"))
    hosts, begin = Hosts(folder / "server.log"), time.monotonic()
    try:
        with _progress(console) as progress:
            results = [_run(fault, given, seed, folder / fault.key, hosts, progress) for fault in chosen]
    finally:
        hosts.close()
    console.print(table(results))
    say_more(console, results)
    console.print(f"{time.monotonic() - begin:.0f} s on {machine()}")
    good = all(fault.as_expected(verdict) for fault, _, verdict in results)
    if good:
        shutil.rmtree(folder)
    else:
        console.print(f"Databases and logs are kept in {folder}.")
    return 0 if good else 1


def _arguments(known: dict[str, Fault]) -> argparse.Namespace:
    lines = "\n".join(f"  {fault.key:10}{fault.name} ({fault.runs}, {fault.few})" for fault in known.values())
    parser = argparse.ArgumentParser(
        prog="make crash",
        usage='make crash [ARGS="[--few | --runs N] [--only FAULT ...] [--seed N]"]',
        description="Kill, starve and cut off servers, and count what they lose of what they had acknowledged.",
        epilog=f"Faults, how often they strike, and how often with --few:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    often = parser.add_mutually_exclusive_group()
    often.add_argument("--few", action="store_true", help="as seldom as in the tests")
    often.add_argument("--runs", type=int, metavar="N", help="how often each fault strikes")
    parser.add_argument("--only", nargs="+", choices=known, metavar="FAULT", help="run these only")
    parser.add_argument("--seed", type=int, metavar="N", help="what decides the moments; default: a new one")
    given = parser.parse_args()
    if given.runs is not None and given.runs < 1:
        parser.error(f"--runs {given.runs} given; at least 1 is needed.")
    return given


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _run(
    fault: Fault, given: argparse.Namespace, seed: int, folder: Path, hosts: Hosts, progress: Progress
) -> tuple[Fault, int, Verdict]:
    runs = given.runs or (fault.few if given.few else fault.runs)
    if fault.key == "between":
        runs = fault.runs
    task = progress.add_task(fault.name, total=runs)
    folder.mkdir()
    arena = Arena(folder, hosts, runs, random.Random(seed), lambda: progress.advance(task), sabotage=fault.sabotage)
    try:
        with closing(arena):
            verdict = fault.run(arena)
    except Exception as error:  # noqa: BLE001 - what it has found stands in the table, beside the other faults
        verdict = Verdict(wrong=[f"{type(error).__name__}: {error}"])
        hosts.close()  # the next fault begins with new ones
    return fault, runs, verdict


if __name__ == "__main__":
    sys.exit(main())
