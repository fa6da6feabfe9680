"""Which parameters a plot shows, and at what values the others are held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.axis import middle
from aepsych_grpc.config.violation import nearest_name
from aepsych_grpc.v1 import config_pb2

NUMBERS = frozenset({"continuous", "integer", "discrete"})
"""Kinds of parameter along which a threshold can lie."""

MOST_SHOWN = 2
"""A plot has an x and a y."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section through the parameters.

    Attributes:
        shown: The parameters along the axes: x, or x and y.
        held: Values of all others.
        choosable: Those of the others that are not constants of the experiment.
        named: Those of the others whose values are names, which have no nearness.
    """

    shown: tuple[config_pb2.Parameter, ...]
    held: Mapping[str, Any]
    choosable: tuple[str, ...]
    named: tuple[str, ...]

    def holds(self, stimulus: Mapping[str, Any]) -> bool:
        """Return whether a stimulus belongs to the section: its named values are those held, its numbers any."""
        return all(stimulus.get(name) == self.held[name] for name in self.named)

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} = {number(self.held[name])}" for name in self.choosable)


def intensity_of(config: config_pb2.ExperimentConfig) -> str:
    """Return the parameter along which thresholds lie: the declared one, else the only one with numbers, else none."""
    numeric = [item.name for item in config.parameters if item.WhichOneof("kind") in NUMBERS]
    return config.intensity_parameter or (numeric[0] if len(numeric) == 1 else "")


def section(
    config: config_pb2.ExperimentConfig, parameters: Sequence[str], fixed_parameters: Mapping[str, Any]
) -> Section:
    """Return the section to show.

    By default the intensity parameter is drawn upwards over the first of the others.

    Args:
        config: The experiment's config.
        parameters: Parameters along x and y, or x alone; empty for the default.
        fixed_parameters: Values of the others; those left out are held at their middle (the first of named values).

    Raises:
        TypeError: The parameters are not a list of names, or the fixed ones no values by name.
        ValueError: A parameter is not there, named twice, or both shown and held; or trials have several stimuli.
    """
    if config.stimuli_per_trial > 1:
        raise ValueError(f"Plots show one stimulus; trials of this experiment have {config.stimuli_per_trial}.")
    by_name = {item.name: item for item in config.parameters}
    free = [name for name, item in by_name.items() if item.WhichOneof("kind") != "fixed"]
    _check_shown(parameters, free)
    _check_fixed(fixed_parameters, free, parameters)
    if not parameters:
        candidates = [name for name in free if name not in fixed_parameters]
        upward = intensity_of(config)
        others = [name for name in candidates if name != upward]
        parameters = [*others[:1], upward] if upward in candidates else others[:2]
        if not parameters:
            raise ValueError(f"Every parameter is held; leave one of {', '.join(free)} out of fixed_parameters.")
    held = {name: fixed_parameters.get(name, middle(item)) for name, item in by_name.items() if name not in parameters}
    choosable = tuple(name for name in free if name in held)
    named = tuple(name for name in choosable if by_name[name].WhichOneof("kind") not in NUMBERS)
    return Section(tuple(by_name[name] for name in parameters), held, choosable, named)


def _check_shown(parameters: Sequence[str], free: Sequence[str]) -> None:
    if isinstance(parameters, str) or not all(isinstance(name, str) for name in parameters):
        raise TypeError(f"`parameters` is a list of names, such as {free[:2]!r}; {parameters!r} is given.")
    _check_known(parameters, free)
    if len(set(parameters)) != len(parameters) or len(parameters) > MOST_SHOWN:
        raise ValueError(f"One or two different parameters can be shown, of: {', '.join(free)}.")


def _check_fixed(fixed_parameters: Mapping[str, Any], free: Sequence[str], shown: Sequence[str]) -> None:
    if not isinstance(fixed_parameters, Mapping):
        raise TypeError(f"`fixed_parameters` are values by name, such as {{{free[0]!r}: 1}}; got {fixed_parameters!r}.")
    _check_known(fixed_parameters, free)
    both = [name for name in shown if name in fixed_parameters]
    if both:
        raise ValueError(f'"{both[0]}" can\'t be shown and held at the same time; leave it out of fixed_parameters.')


def _check_known(names: Iterable[str], free: Sequence[str]) -> None:
    for name in names:
        if name not in free:
            known = ", ".join(free)
            raise ValueError(f'There is no parameter "{name}" to vary, only: {known}.{nearest_name(name, free)}')
