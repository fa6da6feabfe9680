"""What is known of an experiment's trials while its strategies are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.check.stimulus import check_stimulus
from aepsych_grpc.config.parameter import Parameter
from aepsych_grpc.config.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """What the trials of an experiment are like.

    Attributes:
        parameters: The parameters of a stimulus; None while they have mistakes.
        outcome_kinds: The kinds of the outcomes, at least one.
        stimuli: Number of stimuli in a trial.
    """

    parameters: tuple[Parameter, ...] | None
    outcome_kinds: tuple[str, ...]
    stimuli: int


def check_stimuli(entry: Entry[Any], options: Mapping[str, Any], trials: Trials, path: str) -> Iterator[Violation]:
    """Check the stimuli among a component's options."""
    for item in entry.option_list:
        given = options.get(item.name)
        if given is None or trials.parameters is None:
            continue
        if item.type == "stimulus":
            yield from check_stimulus(given, trials.parameters, f"{path}.{item.name}")
        elif item.type == "list of stimulus":
            for i, stimulus in enumerate(given):
                yield from check_stimulus(stimulus, trials.parameters, f"{path}.{item.name}[{i}]")
            if len(given) % trials.stimuli:
                message = f"{len(given)} stimuli are given; a trial has {trials.stimuli}, so give a multiple of that."
                yield Violation(f"{path}.{item.name}", message)
