"""A table with a row for each value: of each trial, every parameter of every stimulus, and every outcome."""

from aepsych_grpc.export.column import Cell, Row
from aepsych_grpc.export.trial_columns import FIRST, LAST
from aepsych_grpc.export.variable import MOMENTS, OUTCOME, moment, told_value_of, value_of, variables


def long_header(*, include_posterior: bool) -> tuple[str, ...]:
    """Return the names of the columns."""
    posterior = [f"posterior_{name}" for name in MOMENTS] if include_posterior else []
    first, last = ([column.name for column in columns] for columns in (FIRST, LAST))
    return (*first, "kind", "stimulus", "name", "value", "told_value", *posterior, *last)


def long_rows(row: Row, *, include_posterior: bool) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows of a trial: `kind` is "parameter" or "outcome", `stimulus` a parameter's, counted from 1.

    A trial has the same rows whether it is told or not; the value of an outcome that is awaited is empty. What a model
    expects stands with the outcome that it is about.
    """
    first, last = (tuple(column.cell(row) for column in columns) for columns in (FIRST, LAST))
    rows = []
    for variable, kind in variables(row.subject.created.config):
        is_outcome = variable.kind == OUTCOME
        estimate = row.posterior.get(variable.name) if is_outcome else None
        posterior = [moment(estimate, name) for name in MOMENTS] if include_posterior else []
        stimulus = None if is_outcome else max(variable.stimulus, 1)
        value = value_of(variable, kind, row)
        told = told_value_of(variable.name, kind, row) if is_outcome else None
        rows.append((*first, variable.kind, stimulus, variable.name, value, told, *posterior, *last))
    return tuple(rows)
