"""How many trials strategies ask."""

from collections.abc import Iterable
from dataclasses import dataclass

from aepsych_grpc.config.experiment import Stopping


@dataclass(frozen=True, slots=True)
class TrialCount:
    """At least `least` trials and at most `most`; None when there is no limit."""

    least: int
    most: int | None


def trial_count(stopping: Stopping) -> TrialCount:
    """Count the trials that a strategy asks.

    It ends at `max_asks` or `max_seconds`, or when every other rule that is set is fulfilled; how soon rules other than
    `min_asks` are depends on what else is told and on the participant.
    """
    others = (
        stopping.min_total_tells is not None or stopping.min_outcome_occurrences is not None or stopping.asks_the_model
    )
    if stopping.run_indefinitely:
        return TrialCount(0, None)
    if not others:
        exact = stopping.max_asks if stopping.min_asks is None else stopping.min_asks
        return TrialCount(0 if stopping.max_seconds is not None else exact or 0, exact)
    return TrialCount(0 if stopping.max_seconds is not None else stopping.min_asks or 0, stopping.max_asks)


def total(counts: Iterable[TrialCount]) -> TrialCount:
    """Add up strategies that run one after the other."""
    counts = tuple(counts)
    limits = [count.most for count in counts if count.most is not None]
    return TrialCount(sum(count.least for count in counts), sum(limits) if len(limits) == len(counts) else None)
