"""Staircase: down after responses of 1, up after responses of 0, in steps that shrink."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation, shown
from aepsych_grpc.core.generators.along import (
    CONTEXT,
    PARAMETER,
    Along,
    Answer,
    Numeric,
    bounds_of,
    build_along,
    check_along,
    kind_of,
    repeated,
)
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class StaircaseOptions:
    """Where it begins, how it steps and when it ends."""

    steps: tuple[float, ...] = option(
        ...,
        "Step sizes: the first until the first reversal, the second until the second, the last from then on; numbers "
        "in the parameter's unit, or with log_scale factors, such as 2 for doubling and halving.",
        example=(4.0, 2.0, 1.4),
    )
    parameter: str = option("", PARAMETER)
    context: Mapping[str, Value] | None = option(None, CONTEXT)
    start: float | None = option(None, "Where it begins. Default: the parameter's highest value.")
    down: int = option(2, "Responses of 1 in a row after which it steps down.", minimum=1, maximum=20)
    up: int = option(1, "Responses of 0 in a row after which it steps up.", minimum=1, maximum=20)
    up_ratio: float = option(
        1.0, "Size of a step up relative to one down, on the parameter's scale.", minimum=0.01, maximum=100
    )
    reversals: int | None = option(
        None, "Ends the strategy after so many changes of direction, in every setting that was begun.", minimum=1
    )


@dataclass(frozen=True, slots=True)
class Staircase:
    """The transformed up-down staircase, with weights if wanted.

    It steps up after `up` responses of 0 in a row and down after `down` of 1; then counting starts anew. With up = 1
    and equal steps it settles where p(1)^down = 1/2: .707 for 2 down, .794 for 3 (Levitt 1971). With 1 up, 1 down and
    steps up that are p / (1 - p) times those down it settles at p (Kaernbach 1991).

    `steps` and `start` are on the parameter's scale: logarithms with log_scale. A level is kept as it is computed,
    within the bounds; what is shown is the nearest value that the parameter has. Trials that are asked before the
    responses to earlier ones are told have the same level.
    """

    along: Along
    steps: tuple[float, ...]
    start: float
    down: int
    up: int
    up_ratio: float
    reversals: int | None
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials: the level that the responses lead to."""
        level, _ = self._follow(self.along.answers(request.told, request.fixed))
        value = math.exp(level) if self.along.kind.log_scale else level
        return Choice(points=repeated(self.along.trial(value, request.fixed), request.count), source=Source.RULE)

    def has_ended(self, told: Sequence[Told]) -> bool:
        """Whether every staircase that was begun has had its reversals."""
        if self.reversals is None or not told:
            return False
        return all(self._follow(answers)[1] >= self.reversals for answers in self.along.by_setting(told).values())

    def _follow(self, answers: Sequence[Answer]) -> tuple[float, int]:
        """Return the level after responses, and how often the direction has changed."""
        low, high = (_place(bound, self.along.kind) for bound in bounds_of(self.along.kind))
        level, streak, direction, reversals = self.start, 0, 0, 0
        for _, response in answers:
            streak = max(streak, 0) + 1 if response else min(streak, 0) - 1
            if streak not in (self.down, -self.up):
                continue
            turn, streak = -1 if streak > 0 else 1, 0
            reversals += direction == -turn
            direction = turn
            step = self.steps[min(reversals, len(self.steps) - 1)] * (self.up_ratio if turn > 0 else 1)
            level = min(max(level + turn * step, low), high)
        return level, reversals


def _place(value: float, kind: Numeric) -> float:
    return math.log(value) if kind.log_scale else value


def build_staircase(context: GeneratorContext, options: StaircaseOptions) -> Staircase:
    """Make the generator.

    Raises:
        InvalidConfigError: As `check_staircase`.
    """
    along = build_along(context, options)
    if violations := _own_violations(options, along.kind):
        raise InvalidConfigError(violations)
    start = bounds_of(along.kind)[1] if options.start is None else options.start
    return Staircase(
        along=along,
        steps=tuple(_place(step, along.kind) for step in options.steps),
        start=_place(start, along.kind),
        down=options.down,
        up=options.up,
        up_ratio=options.up_ratio,
        reversals=options.reversals,
    )


def check_staircase(options: StaircaseOptions, trials: Trials) -> list[Violation]:
    """Find what keeps a staircase from stepping; paths begin with `options`."""
    kind = kind_of(options, trials)
    return [*check_along(options, trials), *(_own_violations(options, kind) if kind else ())]


def _own_violations(options: StaircaseOptions, kind: Numeric) -> list[Violation]:
    low, high = bounds_of(kind)
    least, what = (1, "a factor above 1, for the scale is logarithmic") if kind.log_scale else (0, "a number above 0")
    violations = [
        Violation(f"options.steps[{i}]", f"{shown(step)} is given; expected is {what}.")
        for i, step in enumerate(options.steps)
        if not step > least
    ]
    if not options.steps:
        violations.append(Violation("options.steps", "An empty list is given; give at least one step."))
    if options.start is not None and not low <= options.start <= high:
        message = f"{shown(options.start)} is given; expected is a number from {shown(low)} to {shown(high)}."
        violations.append(Violation("options.start", message))
    return violations
