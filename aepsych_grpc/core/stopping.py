"""When a strategy ends, and what is still missing."""

from collections.abc import Mapping
from dataclasses import dataclass

from aepsych_grpc.config.experiment import Stopping


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How far a strategy and its experiment are.

    Attributes:
        asks: Trials that the strategy has asked.
        tells: Observations that models may learn from, of the whole experiment.
        occurrences: How often each value of each binary outcome is among them, zeros included, by outcome and value.
        limit: How many trials the strategy's generator can give in all; None for no limit.
    """

    asks: int
    tells: int
    occurrences: Mapping[tuple[str, int], int]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class _Minimum:
    """A minimum and how far it is reached; `what` is counted."""

    what: str
    count: int
    needed: int

    @property
    def missing(self) -> int:
        return max(self.needed - self.count, 0)

    def __str__(self) -> str:
        return f"{self.what} {self.count} of {self.needed}"


def is_finished(stopping: Stopping, counts: Counts) -> bool:
    """Whether the strategy has ended: its last ask is made, or every minimum that is set (if any) is reached.

    The last ask is the one at `max_asks` or the generator's limit; the latter ends even what runs indefinitely. What a
    clock or a model decides is no count: its verdict is an event of its own.
    """
    most, minimums = _most_asks(stopping, counts), _minimums(stopping, counts)
    return (most is not None and counts.asks >= most) or (
        bool(minimums) and not stopping.asks_the_model and not any(minimum.missing for minimum in minimums)
    )


def awaits_verdict(stopping: Stopping, counts: Counts) -> bool:
    """Whether only the model's belief keeps the strategy from ending."""
    return (
        stopping.asks_the_model
        and not is_finished(stopping, counts)
        and not any(minimum.missing for minimum in _minimums(stopping, counts))
    )


def asks_left(stopping: Stopping, counts: Counts) -> int | None:
    """Return how many more trials can be asked before the strategy ends, nothing being told; None for no limit."""
    if is_finished(stopping, counts):
        return 0
    most = _most_asks(stopping, counts)
    left = [] if most is None else [most - counts.asks]
    missing = [minimum for minimum in _minimums(stopping, counts) if minimum.missing]
    if [minimum.what for minimum in missing] == ["asks"] and not stopping.asks_the_model:
        left.append(missing[0].missing)
    return min(left, default=None)


def remaining(stopping: Stopping, counts: Counts) -> tuple[str, ...]:
    """Say what is still missing, such as "asks 7 of 10"; nothing when the strategy has ended."""
    if is_finished(stopping, counts):
        return ()
    missing = [minimum for minimum in _minimums(stopping, counts) if minimum.missing]
    texts = [str(minimum) for minimum in missing]
    if stopping.min_posterior_range is not None:
        texts.append(f"a posterior range of {stopping.min_posterior_range:g}")
    if stopping.max_threshold_interval is not None:
        texts.append(f"a threshold interval of at most {stopping.max_threshold_interval:g}")
    most = _most_asks(stopping, counts)
    if most is not None and not any(minimum.what == "asks" for minimum in missing):
        texts.append(f"asks {counts.asks} of at most {most}" if texts else f"asks {counts.asks} of {most}")
    if stopping.max_seconds is not None:
        texts.append(f"at most {stopping.max_seconds:g} s")
    return tuple(texts) or ("a request to finish",)


def _most_asks(stopping: Stopping, counts: Counts) -> int | None:
    return min((most for most in (stopping.max_asks, counts.limit) if most is not None), default=None)


def _minimums(stopping: Stopping, counts: Counts) -> list[_Minimum]:
    minimums = []
    if stopping.min_asks is not None:
        minimums.append(_Minimum("asks", counts.asks, stopping.min_asks))
    if stopping.min_total_tells is not None:
        minimums.append(_Minimum("tells", counts.tells, stopping.min_total_tells))
    if stopping.min_outcome_occurrences is not None:
        minimums.extend(
            _Minimum(f"{outcome} = {value} in", count, stopping.min_outcome_occurrences)
            for (outcome, value), count in counts.occurrences.items()
        )
    return minimums
