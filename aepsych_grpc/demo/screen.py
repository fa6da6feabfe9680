"""What the demo prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from aepsych_grpc.client.results import ThresholdPoint
from aepsych_grpc.demo.latency import percentile


def say(console: Console, mark: str, text: str, style: str = "green") -> None:
    """Print a line that begins with a mark."""
    console.print(Text.assemble((f"{mark} ", f"bold {style}"), text))


def progress_bar(console: Console) -> Progress:
    """Return a bar that counts trials and says what the threshold is by now (the task's field `threshold`)."""
    return Progress(
        TextColumn("  trial {task.completed:>2.0f}/{task.total:.0f}"),
        BarColumn(bar_width=18),
        TextColumn("[dim]threshold at 4 cycles/degree[/]  {task.fields[threshold]}"),
        console=console,
    )


def shown_threshold(point: ThresholdPoint | None) -> str:
    """Return a threshold for the bar."""
    if point is None:
        return "not known yet"
    return f"{point.median:.3f} [dim]({point.threshold.lower:.3f} to {point.threshold.upper:.3f})[/]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Truth and estimate of the threshold at a spatial frequency."""

    spatial_frequency: float
    truth: float
    point: ThresholdPoint

    @property
    def inside(self) -> bool:
        """Whether the credible band holds the truth."""
        return self.point.threshold.lower <= self.truth <= self.point.threshold.upper


def threshold_table(comparisons: Sequence[Comparison], target: float) -> Table:
    """Return the thresholds beside the truth."""
    table = _table(f"Contrast threshold ({target:.0%} seen) beside the participant's true one")
    table.add_column("cycles/degree", justify="right")
    table.add_column("truth", justify="right")
    table.add_column("estimate", justify="right")
    table.add_column("90 % credible band", justify="center")
    table.add_column("truth inside?", justify="center")
    for item in comparisons:
        band = f"{item.point.threshold.lower:.4f} to {item.point.threshold.upper:.4f}"
        inside = Text("yes", "green") if item.inside else Text("no", "red")
        table.add_row(f"{item.spatial_frequency:g}", f"{item.truth:.4f}", f"{item.point.median:.4f}", band, inside)
    return table


def latency_table(seconds: Mapping[str, Sequence[float]]) -> Table:
    """Return how long calls took, in seconds by their name."""
    table = _table("Milliseconds a call, as the client sees them")
    table.add_column("call")
    for name in ("calls", "p50", "p99", "max"):
        table.add_column(name, justify="right")
    for name, durations in seconds.items():
        figures = (percentile(durations, 50), percentile(durations, 99), max(durations))
        table.add_row(name, str(len(durations)), *(f"{1000 * figure:.1f}" for figure in figures))
    return table


def facts(entries: Mapping[str, str]) -> Table:
    """Return names and what there is to say of each."""
    table = Table.grid(padding=(0, 2))
    for name, text in entries.items():
        table.add_row(Text(name, "bold"), Text(text, overflow="fold"))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
