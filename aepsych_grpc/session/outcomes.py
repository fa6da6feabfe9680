"""Checks the outcomes that a caller gives: one value for each outcome of the experiment."""

import math
from collections.abc import Mapping
from typing import Any

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.violation import Violation, nearest_name


def outcome_violations(config: ExperimentConfig, given: Mapping[str, Any], path: str) -> list[Violation]:
    """Find every outcome that is unknown, missing or given a value that it can't take."""
    expected = {outcome.name: outcome for outcome in config.outcomes}
    violations = [
        Violation(
            f"{path}.{name}",
            f'unknown outcome "{name}"; the experiment has: {", ".join(expected)}.' + nearest_name(name, expected),
        )
        for name in given
        if name not in expected
    ]
    for name, outcome in expected.items():
        allowed = _allowed(config, outcome)
        if name not in given:
            violations.append(Violation(f"{path}.{name}", f"missing; {allowed} is expected."))
        elif not _is_valid(config, outcome, given[name]):
            violations.append(Violation(f"{path}.{name}", f"{_shown(given[name])} given; {allowed} is expected."))
    return violations


def _levels(config: ExperimentConfig, outcome: Outcome) -> int | None:
    """Return how many values the outcome can take, 0 and up; None for any real number."""
    kind = outcome.kind
    if isinstance(kind, outcomes.Binary):
        return 2
    if isinstance(kind, outcomes.Proportion):
        return kind.trials + 1
    if isinstance(kind, outcomes.Ordinal):
        return kind.levels
    return config.stimuli_per_trial if isinstance(kind, outcomes.Choice) else None


def _allowed(config: ExperimentConfig, outcome: Outcome) -> str:
    levels = _levels(config, outcome)
    if levels is None:
        return "a finite number"
    if isinstance(outcome.kind, outcomes.Proportion):
        return f"how many of {levels - 1} presentations, a whole number from 0 to {levels - 1},"
    if isinstance(outcome.kind, outcomes.Binary):
        return "0 or 1 (or false or true)"
    numbers = "0 or 1" if levels == 2 else f"a whole number from 0 to {levels - 1}"
    return f"the chosen stimulus's position, {numbers}," if isinstance(outcome.kind, outcomes.Choice) else numbers


def _is_valid(config: ExperimentConfig, outcome: Outcome, value: Any) -> bool:
    if isinstance(value, bool):
        return isinstance(outcome.kind, outcomes.Binary)
    if not isinstance(value, int | float) or not math.isfinite(value):
        return False
    levels = _levels(config, outcome)
    return levels is None or (value == int(value) and 0 <= value < levels)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else f"{value!r}"
