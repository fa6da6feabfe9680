"""Whether an earlier experiment's observations can be carried over: whether they mean the same here.

Bounds, scales, order and what else moves a stimulus within the cube may differ, for stimuli are carried over in their
natural units; each is checked by itself, like one that is told.
"""

from collections.abc import Iterator

from aepsych_grpc.config import outcome
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.likeness import outcome_differences
from aepsych_grpc.config.parameter import Fixed
from aepsych_grpc.config.violation import nearest_name, shown


def misfits(earlier: ExperimentConfig, config: ExperimentConfig) -> tuple[str, ...]:
    """Say what keeps an earlier experiment's observations from being carried over, in a sentence each."""
    if earlier.stimuli_per_trial != config.stimuli_per_trial:
        return (f"A trial shows {earlier.stimuli_per_trial} stimuli there, {config.stimuli_per_trial} here.",)
    return (*_of_parameters(earlier, config), *_of_outcomes(earlier, config))


def _of_parameters(earlier: ExperimentConfig, config: ExperimentConfig) -> Iterator[str]:
    there, here = ({item.name: item for item in one.parameters} for one in (earlier, config))
    for name, item in here.items():
        if name not in there and not isinstance(item.kind, Fixed):
            yield f"There is no parameter {shown(name)} there, only {', '.join(there)}.{nearest_name(name, there)}"
    for name, item in there.items():
        if name not in here:
            if not isinstance(item.kind, Fixed):
                near = nearest_name(name, here)
                yield f"The parameter {shown(name)} varies there, and there is none here, only {', '.join(here)}.{near}"
        elif item.unit and here[name].unit and item.unit != here[name].unit:
            yield f"The parameter {shown(name)} is in {shown(item.unit)} there, in {shown(here[name].unit)} here."


def _of_outcomes(earlier: ExperimentConfig, config: ExperimentConfig) -> Iterator[str]:
    there = {item.name: item.kind for item in earlier.outcomes}
    for item in config.outcomes:
        if item.name not in there:
            near = nearest_name(item.name, there)
            yield f"There is no outcome {shown(item.name)} there, only {', '.join(there)}.{near}"
            continue
        kind = there[item.name]
        yield from (f"{text[0].upper()}{text[1:]}." for text in outcome_differences(earlier, config, [item.name]))
        if isinstance(kind, outcome.Continuous) and isinstance(item.kind, outcome.Continuous):
            units = {kind.unit, item.kind.unit} - {""}
            if len(units) > 1:
                yield f"The outcome {shown(item.name)} is in {shown(kind.unit)} there, in {shown(item.kind.unit)} here."
