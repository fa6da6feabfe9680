"""Procedures along one parameter, the others being held: what staircases and QUEST+ share."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from aepsych_grpc.config.outcome import Binary, Kind
from aepsych_grpc.config.parameter import Continuous, Discrete, Fixed, Integer, Parameter, Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation, nearest_name, shown, with_article
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Told
from aepsych_grpc.core.space.check import check_stimulus
from aepsych_grpc.core.space.space import Space

Setting: TypeAlias = tuple[Value, ...]
"""Values of the other parameters."""
Numeric: TypeAlias = Continuous | Integer | Discrete
"""Kinds of parameter that one can go along."""
Answer: TypeAlias = tuple[float, float]
"""A value of the parameter, and the response to it."""

PARAMETER = "The parameter to go along; responses rise along it. Default: the experiment's intensity_parameter."
CONTEXT = "Values of all other parameters. Those that an Ask fixes are as it says, with a procedure of their own."


class AlongOptions(Protocol):
    """Options of a procedure along one parameter."""

    @property
    def parameter(self) -> str:
        """The parameter; empty for the intensity."""

    @property
    def context(self) -> Mapping[str, Value] | None:
        """Values of the other parameters; None when there are none."""


@dataclass(frozen=True, slots=True)
class Along:
    """A line through the space: every combination of the other parameters' values has responses of its own."""

    space: Space
    parameter: str
    kind: Numeric
    context: Mapping[str, Value]

    def trial(self, value: float, fixed: Mapping[str, Value]) -> Tensor:
        """Return the trial with a value of the parameter, `1 x d`."""
        point = self.space.encode([{**self.context, self.parameter: value, **fixed}])
        return self.space.snap(point)

    def answers(self, told: Sequence[Told], fixed: Mapping[str, Value]) -> list[Answer]:
        """Return values and responses of the trials in the setting that fixed values make, in the order of telling."""
        (stimulus,) = self.space.decode(self.trial(bounds_of(self.kind)[0], fixed))
        # A fixed value is shown as the caller wrote it, which may have more digits than a coordinate.
        return self.by_setting(told).get(self._setting({**stimulus, **fixed}), [])

    def by_setting(self, told: Sequence[Told]) -> dict[Setting, list[Answer]]:
        """Return values and responses for each setting of the other parameters, in the order of telling."""
        groups: dict[Setting, list[Answer]] = defaultdict(list)
        for one in told:
            (stimulus,) = one.stimuli
            groups[self._setting(stimulus)].append((float(stimulus[self.parameter]), one.response))
        return dict(groups)

    def _setting(self, stimulus: Mapping[str, Value]) -> Setting:
        return tuple(stimulus[name] for name in self.space.names if name != self.parameter)


def bounds_of(kind: Numeric) -> tuple[float, float]:
    """Return the lowest and the highest value of a parameter."""
    if isinstance(kind, Discrete):
        return float(kind.values[0]), float(kind.values[-1])
    return float(kind.lower_bound), float(kind.upper_bound)


def build_along(context: GeneratorContext, options: AlongOptions) -> Along:
    """Return the line that options describe.

    Raises:
        InvalidConfigError: As `check_along`.
    """
    violations = _violations(
        options, context.space.parameters, context.outcome, context.intensity_parameter, context.stimuli_per_trial
    )
    if violations:
        raise InvalidConfigError(violations)
    name = options.parameter or context.intensity_parameter
    (kind,) = (item.kind for item in context.space.parameters if item.name == name)
    if not isinstance(kind, Numeric):
        raise TypeError(f"{kind!r} has no numbers to go along.")
    others = [item for item in context.space.parameters if item.name != name]
    return Along(context.space, name, kind, check_stimulus(others, options.context or {}, "").values)


def check_along(options: AlongOptions, trials: Trials) -> list[Violation]:
    """Find what keeps a procedure from going along its parameter; paths begin with `options`."""
    return _violations(
        options, trials.parameters, trials.outcomes[0].kind, trials.intensity_parameter, trials.stimuli
    )  # fmt: skip


def _violations(
    options: AlongOptions, parameters: Sequence[Parameter], outcome: Kind, intensity: str, stimuli: int
) -> list[Violation]:
    violations = []
    if not isinstance(outcome, Binary):
        message = (
            f"It goes by yes or no, and trials are chosen for {with_article(type(outcome).__name__.lower())} outcome."
        )
        violations.append(Violation("name", message))
    if stimuli != 1:
        violations.append(Violation("name", f"It goes along one stimulus, and a trial shows {stimuli}."))
    name = options.parameter or intensity
    possible = [item.name for item in parameters if isinstance(item.kind, Numeric)]
    if name not in possible:
        given = f"{shown(name)} is given" if name else "Required, for the experiment has no intensity_parameter"
        message = f"{given}; possible: {', '.join(possible) or 'none'}.{nearest_name(name, possible)}"
        return [*violations, Violation("options.parameter", message)]
    given_context = options.context or {}
    if name in given_context:
        violations.append(Violation(f"options.context.{name}", f"{shown(name)} varies; leave it out."))
    others = [item for item in parameters if item.name != name]
    context = {other: value for other, value in given_context.items() if other != name}
    if context or any(not isinstance(item.kind, Fixed) for item in others):
        checked = check_stimulus(others, context, "options.context")
        violations.extend((*checked.malformed, *checked.out_of_bounds))
    return violations


def kind_of(options: AlongOptions, trials: Trials) -> Numeric | None:
    """Return the kind of the parameter that options name; None when one can't go along it."""
    name = options.parameter or trials.intensity_parameter
    kinds = (item.kind for item in trials.parameters if item.name == name)
    return next((kind for kind in kinds if isinstance(kind, Numeric)), None)


def repeated(trial: Tensor, count: int) -> Tensor:
    """Return `count` trials alike, `count x 1 x d`."""
    return torch.stack([trial] * count)
