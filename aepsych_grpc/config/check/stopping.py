"""When a strategy ends: some rule, none that contradicts another."""

from collections.abc import Iterator, Sequence

from aepsych_grpc.config.experiment import Stopping
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation, shown, with_article

_LEAST = {"min_asks": 0, "max_asks": 1, "min_total_tells": 0, "min_outcome_occurrences": 0}

_MOST = {"min_posterior_range": 1.0, "max_threshold_interval": 1.0, "max_seconds": 1e9}


def check_stopping(stopping: Stopping | None, outcome_kinds: Sequence[str], path: str) -> Iterator[Violation]:
    """Check the rules that end a strategy of an experiment with these kinds of outcome."""
    given = {name: getattr(stopping, name) for name in _LEAST} if stopping else {}
    given = {name: value for name, value in given.items() if value is not None}
    measures = {name: getattr(stopping, name) for name in _MOST} if stopping else {}
    measures = {name: value for name, value in measures.items() if value is not None}
    endless = stopping is not None and stopping.run_indefinitely
    if not given and not measures and not endless:
        yield Violation(path, "Required: when the strategy ends, such as {min_asks: 40}, or {run_indefinitely: true}.")
    if endless and (given or measures):
        others = ", ".join([*given, *measures])
        yield Violation(
            f"{path}.run_indefinitely",
            f"Given together with {others}, which would end the strategy; leave one or the other out.",
        )
    for name, value in given.items():
        if value < _LEAST[name]:
            yield Violation(f"{path}.{name}", f"{shown(value)} is given; expected is at least {_LEAST[name]}.")
    for name, value in measures.items():
        if not 0 < value <= _MOST[name]:
            most = shown(_MOST[name])
            yield Violation(f"{path}.{name}", f"{shown(value)} is given; expected is above 0 and at most {most}.")
    if given.get("max_asks", 0) >= 1 and given.get("min_asks", 0) > given["max_asks"]:
        yield Violation(
            f"{path}.min_asks",
            f"{given['min_asks']} is given, above max_asks {given['max_asks']}; the strategy would never get there.",
        )
    if "min_outcome_occurrences" in given and "binary" not in outcome_kinds:
        why = "the experiment has none"
        if "proportion" in outcome_kinds:
            why += ": a proportion's counts needn't all occur"
        yield Violation(
            f"{path}.min_outcome_occurrences",
            f"It counts the values of binary outcomes, and {why}; use min_asks instead.",
        )


def check_model_rules(stopping: Stopping, trials: Trials, path: str, *, learns: bool) -> Iterator[Violation]:
    """Check that what rules are decided by is there: `learns` says whether the strategy has a model."""
    for name in ("min_posterior_range", "max_threshold_interval"):
        if getattr(stopping, name) is not None and not learns:
            yield Violation(
                f"{path}.{name}", "It asks what the model believes, and the strategy has no model; add one."
            )
        elif getattr(stopping, name) is not None and trials.outcome_kinds[0] not in ("binary", "proportion"):
            kind = with_article(trials.outcome_kinds[0])
            message = f"It is about probabilities, and trials are chosen for {kind} outcome; leave it out."
            yield Violation(f"{path}.{name}", message)
    if stopping.max_threshold_interval is not None and not trials.intensity_parameter:
        yield Violation(
            f"{path}.max_threshold_interval",
            "It is about the threshold along the intensity_parameter, and the experiment declares none; declare it.",
        )


def check_keep_most_recent(count: int | None, path: str, *, learns: bool) -> Iterator[Violation]:
    """Check how many observations are learned from: `learns` says whether the strategy has a model."""
    if count is not None and count < 1:
        yield Violation(path, f"{count} is given; expected is at least 1.")
    elif count is not None and not learns:
        yield Violation(path, "It is about what a model learns from, and the strategy has no model; leave it out.")
