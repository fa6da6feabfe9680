"""What `make clients` prints."""

from collections.abc import Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from clients.behaviours import BEHAVIOURS
from clients.runner import Report

MARKS = {True: Text("✓", "green"), False: Text("✗", "red"), None: Text("-", "dim")}


def table(reports: Mapping[str, Report | None]) -> Table:
    """Return a line for each behaviour and a column for each client; None where a client could not be run."""
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    shown.add_column("behaviour")
    for name in reports:
        shown.add_column(name, justify="center")
    for behaviour in BEHAVIOURS:
        shown.add_row(behaviour, *(MARKS[_holds(report, behaviour)] for report in reports.values()))
    return shown


def _holds(report: Report | None, behaviour: str) -> bool | None:
    return None if report is None else report.failures.get(behaviour) == ""
