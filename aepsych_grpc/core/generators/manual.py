"""Manual: trials that the experimenter lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Parameter, Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.space.check import check_stimuli
from aepsych_grpc.core.space.space import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualOptions:
    """Which stimuli to show, and in which order."""

    points: tuple[Mapping[str, Value], ...] = option(
        ..., "The stimuli, one after the other; with several stimuli per trial, those of a trial side by side."
    )
    shuffle: bool = option(default=False, description="Show the trials in random order instead of the order listed.")


@dataclass(frozen=True, slots=True)
class Manual:
    """Listed trials, each once: `trials` are points, `n x s x d`."""

    space: Space
    trials: Tensor
    shuffle: bool

    @property
    def limit(self) -> int:
        """How many trials are listed."""
        return len(self.trials)

    def generate(self, request: Request) -> Choice:
        """Choose the next trials of the list; fewer than wanted at its end. Fixed parameters win over the list."""
        order = range(self.limit)
        if self.shuffle:
            order = random_stream(request.seed, 0).permutation(self.limit).tolist()
        points = self.trials[list(order[request.index : request.index + request.count])]
        return Choice(points=self.space.hold(points, request.fixed), source=Source.MANUAL)


def build_manual(context: GeneratorContext, options: ManualOptions) -> Manual:
    """Make the generator.

    Raises:
        InvalidConfigError: When the list is empty, leaves a trial incomplete, or has a stimulus that isn't one of the
            experiment's; paths begin with `options.points`.
    """
    space, s = context.space, context.stimuli_per_trial
    stimuli, violations = _read(options, space.parameters, s)
    if violations:
        raise InvalidConfigError(violations)
    return Manual(space, torch.reshape(space.encode(stimuli), (len(stimuli) // s, s, space.d)), options.shuffle)


def check_manual(options: ManualOptions, trials: Trials) -> list[Violation]:
    """Find what keeps a list from being shown; paths begin with `options.points`."""
    return _read(options, trials.parameters, trials.stimuli)[1]


def _read(
    options: ManualOptions, parameters: Sequence[Parameter], stimuli_per_trial: int
) -> tuple[list[Mapping[str, Value]], list[Violation]]:
    path, count = "options.points", len(options.points)
    stimuli, violations = check_stimuli(parameters, options.points, path)
    if not count:
        violations.append(Violation(path, "An empty list is given; list at least one stimulus."))
    elif count % stimuli_per_trial:
        message = f"{count} stimuli are given for trials of {stimuli_per_trial} stimuli each"
        violations.append(Violation(path, f"{message}; give a multiple of {stimuli_per_trial}."))
    return stimuli, violations
