"""Outcomes: what a trial can yield."""

from collections.abc import Iterator

from aepsych_grpc.config.violation import Violation, shown

MOST_OUTCOMES = 20
MOST_LEVELS = 100
MOST_PRESENTATIONS = 1000
MOST_STIMULI_PER_TRIAL = 16


def check_rates(guess_rate: float, lapse_rate: float, target: float | None, path: str) -> Iterator[Violation]:
    """Check the asymptotes and the target: 0 <= g, 0 <= l, g + l < 1, g < target < 1 - l."""
    rates = {"guess_rate": guess_rate, "lapse_rate": lapse_rate}
    wrong = {name: rate for name, rate in rates.items() if not 0 <= rate < 1}
    for name, rate in wrong.items():
        advice = _as_fraction(rate)
        yield Violation(f"{path}.{name}", f"{shown(rate)} is given; expected is at least 0 and below 1.{advice}")
    if not wrong and guess_rate + lapse_rate >= 1:
        yield Violation(
            f"{path}.lapse_rate",
            f"guess_rate {shown(guess_rate)} and lapse_rate {shown(lapse_rate)} add up to 1 or more, which leaves the "
            "stimulus no influence; lower one of them.",
        )
        return
    if target is None:
        return
    lowest, highest = (0.0, 1.0) if wrong else (guess_rate, 1 - lapse_rate)
    if not lowest < target < highest:
        yield Violation(
            f"{path}.target",
            f"{shown(target)} is given; expected is above {_bound('guess_rate', lowest, wrong)} and below "
            f"{_bound('1 - lapse_rate', highest, wrong)}.{_as_fraction(target)}",
        )


def _bound(name: str, value: float, wrong: dict[str, float]) -> str:
    return shown(value) if wrong else f"{shown(round(value, 12))} ({name})"


def _as_fraction(value: float) -> str:
    return f" Percentages are written as fractions: {shown(value / 100)}." if 1 < value <= 100 else ""


def check_presentations(count: int, path: str) -> Iterator[Violation]:
    """Check the number of presentations that a proportion counts."""
    if not 1 <= count <= MOST_PRESENTATIONS:
        given = f"{count} is given" if count else "Required"
        yield Violation(path, f"{given}: how many presentations a response counts, 1 to {MOST_PRESENTATIONS}.")


def check_levels(levels: int, path: str) -> Iterator[Violation]:
    """Check the number of levels of a rating."""
    if not 2 <= levels <= MOST_LEVELS:
        given = f"{levels} is given" if levels else "Required"
        yield Violation(path, f"{given}: the number of levels, 2 to {MOST_LEVELS}.")


def check_choice(stimuli_per_trial: int, path: str) -> Iterator[Violation]:
    """Check that there is something to choose from."""
    if stimuli_per_trial == 1:
        yield Violation(
            path,
            "A choice needs at least two stimuli per trial; set stimuli_per_trial: 2, or use a binary outcome for "
            "right or wrong answers.",
        )


def check_stimuli_per_trial(count: int, path: str) -> Iterator[Violation]:
    """Check the number of stimuli of a trial."""
    if not 1 <= count <= MOST_STIMULI_PER_TRIAL:
        yield Violation(path, f"{count} is given; expected is 1 to {MOST_STIMULI_PER_TRIAL}.")


def check_seed(seed: int | None, path: str) -> Iterator[Violation]:
    """Check the seed of the random choices."""
    if seed is not None and seed < 0:
        yield Violation(path, f"{seed} is given; expected is 0 to {2**31 - 1}.")
