"""What `make crash` prints."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crash.faults import Fault
from crash.judge import Verdict

MOST_SHOWN = 8
"""Problems of a fault that are shown, of each kind."""


def table(results: Sequence[tuple[Fault, int, Verdict]]) -> Table:
    """Return a line for each fault, with how often it struck, promise by promise."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    shown.add_column("fault")
    for name in ("runs", "acknowledged", "lost", "duplicated"):
        shown.add_column(name, justify="right")
    shown.add_column("")
    promise = ""
    for fault, runs, verdict in results:
        if fault.promise != promise:
            promise = fault.promise
            shown.add_row(Text(promise, "bold"))
        good = fault.as_expected(verdict)
        counts = (runs, verdict.acknowledged, len(verdict.lost), len(verdict.duplicated))
        mark = Text("✓", "green") if good else Text("✗", "red")
        shown.add_row(f"  {fault.name}", *(f"{count:,}" for count in counts), mark)
    return shown


def say_more(console: Console, results: Sequence[tuple[Fault, int, Verdict]]) -> None:
    """Print what else was seen of each fault, and what is wrong."""
    for fault, _, verdict in results:
        if fault.sabotage:
            continue
        for remark in verdict.remarks:
            console.print(Text(f"{fault.key}: {remark}", "dim"))
        for kind, problems in (("lost", verdict.lost), ("duplicated", verdict.duplicated), ("wrong", verdict.wrong)):
            for problem in problems[:MOST_SHOWN]:
                console.print(Text(f"{fault.key}: {kind}: {problem}", "red"))
            if len(problems) > MOST_SHOWN:
                console.print(Text(f"{fault.key}: {kind}: and {len(problems) - MOST_SHOWN} more", "red"))
