"""A table with a row for each trial: a column for each parameter and outcome."""

from collections.abc import Iterable, Sequence
from functools import partial

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.export.column import Cell, Column, Row, Type, common, in_type
from aepsych_grpc.export.trial_columns import FIRST, LAST
from aepsych_grpc.export.variable import MOMENTS, OUTCOME, Variable, moment, told_value_of, value_of, variables


def wide_columns(configs: Iterable[ExperimentConfig], *, include_posterior: bool) -> tuple[Column, ...]:
    """Return the columns for trials of these experiments; one that lacks a variable has empty cells there.

    A parameter is called by its name; where trials have several stimuli, `NAME_1` and `NAME_2`. A name that is taken
    gets its kind before it, such as `outcome_NAME`. Last come the outcomes as they were told before a revision.
    """
    types: dict[Variable, set[Type]] = {}
    for config in configs:
        for variable, kind in variables(config):
            types.setdefault(variable, set()).add(kind)
    outcomes = {variable.name: common(kinds) for variable, kinds in types.items() if variable.kind == OUTCOME}
    posterior = [(one, name) for one in outcomes for name in MOMENTS] if include_posterior else []
    taken = {column.name for column in (*FIRST, *LAST)}
    columns = []
    for variable, kinds in types.items():
        name = f"{variable.name}_{variable.stimulus}" if variable.stimulus else variable.name
        name = _heading(name, variable.kind, taken)
        kind = common(kinds)
        columns.append(Column(name, kind, partial(_value, variable, kind)))
    for outcome, name in posterior:
        heading = _heading(f"posterior_{name}_{outcome}", "model", taken)
        columns.append(Column(heading, Type.REAL, partial(_posterior, outcome, name)))
    told = [
        Column(_heading(f"told_{outcome}", OUTCOME, taken), kind, partial(_told, outcome, kind))
        for outcome, kind in outcomes.items()
    ]
    return (*FIRST, *columns, *LAST, *told)


def wide_row(columns: Sequence[Column], row: Row) -> tuple[Cell, ...]:
    """Return the cells of a trial."""
    return tuple(column.cell(row) for column in columns)


def _heading(name: str, prefix: str, taken: set[str]) -> str:
    """Return a heading that no other column has, and take it."""
    while name in taken:
        name = f"{prefix}_{name}"
    taken.add(name)
    return name


def _value(variable: Variable, kind: Type, row: Row) -> Cell:
    return in_type(value_of(variable, kind, row), kind)


def _told(outcome: str, kind: Type, row: Row) -> Cell:
    return in_type(told_value_of(outcome, kind, row), kind)


def _posterior(outcome: str, name: str, row: Row) -> Cell:
    return moment(row.posterior.get(outcome), name)
