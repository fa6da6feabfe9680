"""Answers about the participant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepsych_grpc.client.notebook import html_table, number
from aepsych_grpc.client.values import ValueReader
from aepsych_grpc.config.parameter import Value as ParameterValue
from aepsych_grpc.v1 import query_pb2, trial_pb2

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity with its uncertainty: posterior mean and variance, and the ends of the credible interval."""

    mean: float
    variance: float
    lower: float
    upper: float

    @classmethod
    def from_proto(cls, message: trial_pb2.Estimate) -> "Estimate":
        """Read an estimate."""
        return cls(message.mean, message.variance, message.lower, message.upper)

    def __str__(self) -> str:
        return f"{number(self.mean)} ({number(self.lower)} to {number(self.upper)})"


@dataclass(frozen=True, slots=True)
class Point:
    """A stimulus and the response there."""

    stimulus: Mapping[str, ParameterValue]
    response: Estimate

    def __str__(self) -> str:
        return f"{', '.join(f'{name}={number(value)}' for name, value in self.stimulus.items())}: {self.response}"


@dataclass(frozen=True, slots=True)
class ThresholdPoint:
    """The threshold for one setting of the other parameters.

    Attributes:
        context: The other parameters.
        median: Where the response crosses the target, in the parameter's unit: posterior median, what to report.
        threshold: Its posterior mean, variance and credible interval.
        crossing_probability: Probability that the response crosses the target within the parameter's bounds.
    """

    context: Mapping[str, ParameterValue]
    median: float
    threshold: Estimate
    crossing_probability: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold along one parameter, for each setting of the others.

    Attributes:
        parameter: The parameter along which the response crosses the target.
        unit: Its unit.
        target: The response at threshold.
        points: One for each setting of the other parameters.
        observation_count: Observations on which it is based.
    """

    parameter: str
    unit: str
    target: float
    points: tuple[ThresholdPoint, ...]
    observation_count: int

    @classmethod
    def from_proto(
        cls, message: query_pb2.ThresholdContourResult, reader: ValueReader, unit: str, observation_count: int
    ) -> "Threshold":
        """Read a threshold."""
        points = tuple(
            ThresholdPoint(
                reader.stimulus(point.context),
                point.median,
                Estimate.from_proto(point.threshold),
                point.crossing_probability,
            )
            for point in message.points
        )
        return cls(message.parameter, unit, message.target, points, observation_count)

    def to_pandas(self) -> "pd.DataFrame":
        """Return a data frame, a row for each setting of the other parameters.

        Raises:
            ImportError: pandas is not installed.
        """
        from aepsych_grpc.client.frames import threshold_frame

        return threshold_frame(self)

    def __str__(self) -> str:
        header, *rows = self._cells()
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)
        ]
        return "\n".join([f"{self._caption()}, after {self.observation_count} responses", *lines])

    def _repr_html_(self) -> str:
        header, *rows = self._cells()
        return html_table(header, rows, self._caption())

    def _caption(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.parameter}{unit} at which the response reaches {number(self.target)}"

    def _cells(self) -> list[list[str]]:
        """Return a table's header and rows."""
        names = list(self.points[0].context) if self.points else []
        rows = [
            [
                *(number(point.context[name]) for name in names),
                number(point.median),
                f"{number(point.threshold.lower)} to {number(point.threshold.upper)}",
                number(point.threshold.mean),
                f"{point.crossing_probability:.0%}",
            ]
            for point in self.points
        ]
        return [[*names, "median", "credible interval", "mean", "reached within bounds"], *rows]
