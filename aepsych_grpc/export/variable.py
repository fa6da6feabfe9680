"""The variables of an experiment: its parameters, of each stimulus, and its outcomes."""

from collections.abc import Iterator
from dataclasses import dataclass

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.core.queries.estimate import Estimate
from aepsych_grpc.export.column import Cell, Row, Type


@dataclass(frozen=True, slots=True)
class Variable:
    """A parameter, with the position of its stimulus from 1 (0 where trials have one stimulus only), or an outcome."""

    kind: str
    name: str
    stimulus: int = 0


PARAMETER, OUTCOME = "parameter", "outcome"


def variables(config: ExperimentConfig) -> Iterator[tuple[Variable, Type]]:
    """List the variables of an experiment and the types of their values: parameters first, in the config's order."""
    several = config.stimuli_per_trial > 1
    for stimulus in range(several, config.stimuli_per_trial + several):
        for item in config.parameters:
            yield Variable(PARAMETER, item.name, stimulus), _parameter_type(item.kind, config)
    for one in config.outcomes:
        yield Variable(OUTCOME, one.name), Type.REAL if isinstance(one.kind, outcome.Continuous) else Type.INTEGER


def _parameter_type(kind: parameter.Kind, config: ExperimentConfig) -> Type:
    match kind:
        case parameter.Integer():
            return Type.INTEGER
        case parameter.Binary():
            return Type.FLAG
        case parameter.Categorical():
            return Type.CATEGORY
        case parameter.Fixed() if config.allow_out_of_bounds:
            return Type.TEXT  # another value of any type may have been shown
        case parameter.Fixed(value=bool()):
            return Type.FLAG
        case parameter.Fixed(value=str()):
            return Type.CATEGORY
        case _:
            return Type.REAL


def value_of(variable: Variable, kind: Type, row: Row) -> Cell:
    """Return the value of a variable in a trial; None where the trial's experiment has no such variable, or no value.

    That of an outcome is the one that counts, after all revisions.

    In the log every number is a double; `kind` says which of them are whole numbers.
    """
    value: Cell
    if variable.kind == OUTCOME:
        value = row.told.outcomes.get(variable.name) if row.told else None
    else:
        several = len(row.stimuli) > 1
        if several != (variable.stimulus > 0) or variable.stimulus > len(row.stimuli):
            return None
        value = row.stimuli[max(variable.stimulus - 1, 0)].get(variable.name)
    return _whole(value, kind)


def told_value_of(outcome: str, kind: Type, row: Row) -> Cell:
    """Return the value of an outcome as it was told, where it was revised since; None elsewhere."""
    revision = row.trial.revision
    return _whole(revision.told_outcomes.get(outcome), kind) if revision else None


def _whole(value: Cell, kind: Type) -> Cell:
    return int(value) if kind is Type.INTEGER and isinstance(value, float) else value


MOMENTS = ("mean", "variance", "lower", "upper")
"""What is told of a prediction."""


def moment(estimate: Estimate | None, name: str) -> float | None:
    """Return one of the MOMENTS of a prediction, if there is one."""
    return None if estimate is None else float(getattr(estimate, name))
