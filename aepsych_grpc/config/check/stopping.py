"""When a strategy ends: some rule, none that contradicts another."""

from collections.abc import Iterator, Sequence

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.violation import Violation, shown

_LEAST = {"min_asks": 0, "max_asks": 1, "min_total_tells": 0, "min_outcome_occurrences": 0}


def check_stopping(stopping: Stopping | None, outcome_kinds: Sequence[str], path: str) -> Iterator[Violation]:
    """Check the rules that end a strategy of an experiment with these kinds of outcome."""
    given = {name: getattr(stopping, name) for name in _LEAST} if stopping else {}
    given = {name: value for name, value in given.items() if value is not None}
    endless = stopping is not None and stopping.run_indefinitely
    if not given and not endless:
        yield Violation(path, "Required: when the strategy ends, such as {min_asks: 40}, or {run_indefinitely: true}.")
    if endless and given:
        yield Violation(
            f"{path}.run_indefinitely",
            f"Given together with {', '.join(given)}, which would end the strategy; leave one or the other out.",
        )
    for name, value in given.items():
        if value < _LEAST[name]:
            yield Violation(f"{path}.{name}", f"{shown(value)} is given; expected is at least {_LEAST[name]}.")
    if given.get("max_asks", 0) >= 1 and given.get("min_asks", 0) > given["max_asks"]:
        yield Violation(
            f"{path}.min_asks",
            f"{given['min_asks']} is given, above max_asks {given['max_asks']}; the strategy would never get there.",
        )
    if "min_outcome_occurrences" in given and "binary" not in outcome_kinds:
        yield Violation(
            f"{path}.min_outcome_occurrences",
            "It counts the values of binary outcomes, and the experiment has none; use min_asks instead.",
        )
