"""What an acquisition function is made for."""

from dataclasses import dataclass
from typing import Protocol

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AcquisitionContext:
    """The outcome that trials are to be informative about."""

    outcome: outcome.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOptions:
    """Which level of the response is sought."""

    target: float | None = option(
        None, "The response probability whose contour is sought. Default: the outcome's target."
    )


def target_of(context: AcquisitionContext, target: float | None) -> float:
    """Return the target to seek: the given one, or the outcome's.

    Raises:
        InvalidConfigError: When the target isn't between the guess rate and 1 - lapse rate; the path is
            `options.target`.
        TypeError: When the outcome has no target.
    """
    kind = context.outcome
    if not isinstance(kind, outcome.Psychometric):
        raise TypeError(f"A {type(kind).__name__.lower()} outcome has no target probability.")
    if target is None:
        return kind.target
    violations = _misplaced(kind, target)
    if violations:
        raise InvalidConfigError(violations)
    return target


class HasTarget(Protocol):
    """Options with a target."""

    @property
    def target(self) -> float | None:
        """The response probability whose contour is sought; None for the outcome's."""


def check_target(options: HasTarget, trials: Trials) -> list[Violation]:
    """Find out whether the target isn't one of the outcome's probabilities; the path is `options.target`."""
    kind = trials.outcomes[0].kind
    if options.target is None or not isinstance(kind, outcome.Psychometric):
        return []
    return _misplaced(kind, options.target)


def _misplaced(kind: outcome.Psychometric, target: float) -> list[Violation]:
    lowest, highest = kind.guess_rate, round(1 - kind.lapse_rate, 12)
    if lowest < target < highest:
        return []
    message = f"{shown(target)} is given; expected is above {shown(lowest)} (guess_rate) and below {shown(highest)}"
    return [Violation("options.target", f"{message} (1 - lapse_rate).")]
