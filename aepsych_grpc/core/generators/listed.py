"""Stimuli listed in options, as the trials that they make."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.parameter import Parameter, Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.space.check import broken_constraints, check_stimuli

EXAMPLE = ({"contrast": 0.01}, {"contrast": 0.1}, {"contrast": 1.0})
"""A list of stimuli of one parameter, for documentation."""


class HasPoints(Protocol):
    """Options with a list of stimuli."""

    @property
    def points(self) -> tuple[Mapping[str, Value], ...]:
        """The stimuli, those of a trial side by side."""


def listed_trials(context: GeneratorContext, options: HasPoints) -> Tensor:
    """Return the points of the listed trials, `n x s x d`.

    Raises:
        InvalidConfigError: When the list is empty, leaves a trial incomplete, or has a stimulus that isn't one of the
            experiment's; paths begin with `options.points`.
    """
    space, s = context.space, context.stimuli_per_trial
    stimuli, violations = _read(options, space.parameters, space.constraints, s)
    if violations:
        raise InvalidConfigError(violations)
    return torch.reshape(space.encode(stimuli), (len(stimuli) // s, s, space.d))


def check_listed(options: HasPoints, trials: Trials) -> list[Violation]:
    """Find what keeps a list from being shown; paths begin with `options.points`."""
    return _read(options, trials.parameters, trials.constraints, trials.stimuli)[1]


def _read(
    options: HasPoints,
    parameters: Sequence[Parameter],
    constraints: Sequence[LinearConstraint],
    stimuli_per_trial: int,
) -> tuple[list[Mapping[str, Value]], list[Violation]]:
    path, count = "options.points", len(options.points)
    stimuli, violations = check_stimuli(parameters, options.points, path)
    if not violations:
        for i, stimulus in enumerate(stimuli):
            violations.extend(broken_constraints(constraints, stimulus, f"{path}[{i}]"))
    if not count:
        violations.append(Violation(path, "An empty list is given; list at least one stimulus."))
    elif count % stimuli_per_trial:
        message = f"{count} stimuli are given for trials of {stimuli_per_trial} stimuli each"
        violations.append(Violation(path, f"{message}; give a multiple of {stimuli_per_trial}."))
    return stimuli, violations
