"""What the simulated participants amount to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles

from aepsych_grpc.simulation.run import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """After some trials, over participants and contexts; errors and widths as in `Look`.

    Attributes:
        trials: Number of told trials.
        participants: How many got that far.
        error: Half of the errors are smaller.
        large_error: Nine of ten errors are smaller.
        width: Median width of the credible intervals.
        coverage: Share of the intervals that hold the truth.
    """

    trials: int
    participants: int
    error: float
    large_error: float
    width: float
    coverage: float


def summarise(runs: Sequence[Sequence[Look]]) -> list[Row]:
    """Return a row for each number of trials, rising."""
    looks = [look for run in runs for look in run]
    rows = []
    for trials in sorted({look.trials for look in looks}):
        now = [look for look in looks if look.trials == trials]
        errors = [error for look in now for error in look.errors]
        rows.append(
            Row(
                trials=trials,
                participants=len(now),
                error=_decile(errors, 5),
                large_error=_decile(errors, 9),
                width=_decile([width for look in now for width in look.widths], 5),
                coverage=fmean(inside for look in now for inside in look.inside),
            )
        )
    return rows


def trials_needed(rows: Sequence[Row], within: float) -> int | None:
    """Return the trials after which the median error is at most `within` and stays so; None if that does not happen."""
    needed = None
    for row in reversed(rows):
        if row.error > within:
            break
        needed = row.trials
    return needed


def _decile(values: Sequence[float], k: int) -> float:
    return quantiles(values, n=10, method="inclusive")[k - 1] if len(values) > 1 else values[0]
