"""Whether an earlier experiment's responses can be read by another experiment's models.

A model's hyperparameters live in the unit cube of the parameters, so that they mean the same in two experiments only if
both cubes are the same. Which models an earlier experiment had, and how it chose its trials, doesn't matter: it is its
responses that are learned from, anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aepsych_grpc.config import outcome
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.explain import values_of
from aepsych_grpc.config.parameter import Fixed
from aepsych_grpc.config.violation import shown


def differences(earlier: ExperimentConfig, config: ExperimentConfig, learned: Sequence[str]) -> tuple[str, ...]:
    """Say in what an earlier experiment differs so that it can't teach; nothing when it can.

    Fixed parameters, units, descriptions and constraints move no stimulus within the cube, and may differ.

    Args:
        earlier: The experiment that is to teach.
        config: The experiment that is to learn.
        learned: Names of the outcomes that its models learn from.
    """
    return (
        *_of_trials(earlier, config),
        *_of_parameters(earlier, config),
        *outcome_differences(earlier, config, learned),
    )


def _of_trials(earlier: ExperimentConfig, config: ExperimentConfig) -> Iterator[str]:
    if earlier.stimuli_per_trial != config.stimuli_per_trial:
        yield f"a trial shows {earlier.stimuli_per_trial} stimuli there, {config.stimuli_per_trial} here"
    if earlier.intensity_parameter != config.intensity_parameter:
        there, here = (
            shown(one.intensity_parameter) if one.intensity_parameter else "none" for one in (earlier, config)
        )
        yield f"the intensity_parameter is {there} there, {here} here"


def _of_parameters(earlier: ExperimentConfig, config: ExperimentConfig) -> Iterator[str]:
    there, here = (
        {item.name: item.kind for item in one.parameters if not isinstance(item.kind, Fixed)}
        for one in (earlier, config)
    )
    if list(there) != list(here):
        yield f"the parameters that vary are {', '.join(there)} there, {', '.join(here)} here"
        return
    for name, kind in here.items():
        if there[name] != kind:
            yield f"the parameter {shown(name)} is {values_of(there[name])} there, {values_of(kind)} here"


def outcome_differences(earlier: ExperimentConfig, config: ExperimentConfig, learned: Sequence[str]) -> Iterator[str]:
    """Say which of the outcomes that are learned from an earlier experiment hasn't, or has of another kind."""
    there = {item.name: item.kind for item in earlier.outcomes}
    for item in config.outcomes:
        if item.name not in learned:
            continue
        if item.name not in there:
            yield f"there is no outcome {shown(item.name)} there, only {', '.join(there)}"
        elif _learned_from(there[item.name]) != _learned_from(item.kind):
            yield f"the outcome {shown(item.name)} is {_in_words(there[item.name])} there, {_in_words(item.kind)} here"


def _learned_from(kind: outcome.Kind) -> outcome.Kind:
    """Return the kind without what a model doesn't learn by."""
    if isinstance(kind, outcome.Psychometric):
        return replace(kind, target=0.5)
    return replace(kind, unit="") if isinstance(kind, outcome.Continuous) else kind


def _in_words(kind: outcome.Kind) -> str:
    match kind:
        case outcome.Binary(guess_rate=guess, lapse_rate=lapse):
            return f"binary with guess_rate {shown(guess)} and lapse_rate {shown(lapse)}"
        case outcome.Ordinal(levels=levels):
            return f"ordinal with {levels} levels"
        case _:
            return type(kind).__name__.lower()
