"""What a simulation prints."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from aepsych_grpc.simulation.shown import Shown
from aepsych_grpc.simulation.summary import Row, trials_needed


def table(rows: Sequence[Row], shown: Shown, name: str) -> Table:
    """Return the table: trials, errors of the threshold, width of its credible interval, coverage."""
    found = Table(
        title=f"Threshold of {name}", title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    for heading in ("trials", "half are within", "9 of 10 are within", "90 % interval", "intervals with the truth"):
        found.add_column(heading, justify="right")
    for row in rows:
        found.add_row(
            str(row.trials),
            shown.error(row.error),
            shown.error(row.large_error),
            shown.width(row.width),
            f"{row.coverage:.0%}",
        )
    return found


def conclusion(rows: Sequence[Row], shown: Shown, within: float | None) -> str:
    """Return what follows; `within` is the wanted median error, as `Look` has it."""
    last = rows[-1]
    reached = f"after {last.trials} trials half of the thresholds are within {shown.error(last.error)} of the truth"
    if within is None:
        return f"A{reached[1:]}, nine of ten within {shown.error(last.large_error)}."
    needed = trials_needed(rows, within)
    if needed is None:
        return f"Not enough trials for {shown.error(within)}: {reached}. Look further with --trials."
    return f"Half of the thresholds are within {shown.error(within)} of the truth from {needed} trials on."
