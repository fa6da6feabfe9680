"""A column of a table of trials: its name, its type, and where its cells come from."""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from aepsych_grpc.core.queries.estimate import Estimate
from aepsych_grpc.session.call import Trial
from aepsych_grpc.session.event import ExperimentCreated, Observation, Stimulus

Cell: TypeAlias = str | int | float | bool | datetime | None
"""What stands in a row; None where there is nothing."""


class Type(enum.Enum):
    """What the cells of a column are."""

    TEXT = enum.auto()
    CATEGORY = enum.auto()
    INTEGER = enum.auto()
    REAL = enum.auto()
    FLAG = enum.auto()
    TIME = enum.auto()


@dataclass(frozen=True, slots=True)
class Subject:
    """An experiment whose trials are written."""

    experiment_id: str
    created: ExperimentCreated


@dataclass(frozen=True, slots=True)
class Row:
    """A trial with what the models of its outcomes expect, where that is wanted and known."""

    subject: Subject
    trial: Trial
    posterior: Mapping[str, Estimate]

    @property
    def told(self) -> Observation | None:
        """The response; None while it is awaited."""
        return self.trial.observation

    @property
    def stimuli(self) -> tuple[Stimulus, ...]:
        """What was shown; while the response is awaited, what is to be shown."""
        return self.trial.stimuli if self.told is None else self.told.stimuli


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `cell` makes the cell of a row, in the column's type."""

    name: str
    type: Type
    cell: Callable[[Row], Cell]


def common(types: set[Type]) -> Type:
    """Return the type that holds cells of all of these types."""
    if len(types) == 1:
        return next(iter(types))
    return Type.REAL if types == {Type.INTEGER, Type.REAL} else Type.TEXT


def in_type(cell: Cell, kind: Type) -> Cell:
    """Return a cell as its column has it."""
    if cell is None:
        return None
    if kind is Type.REAL and not isinstance(cell, str | datetime):
        return float(cell)
    if kind in (Type.TEXT, Type.CATEGORY):
        return plain(cell)
    return cell


def plain(cell: Cell) -> str:
    """Write a cell so that its value can be read back exactly: dots in numbers, times in UTC (ISO 8601)."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return f"{cell.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
        case str():
            return cell
        case _:
            return repr(cell)
