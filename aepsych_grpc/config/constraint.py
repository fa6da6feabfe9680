"""Constraints between parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config.violation import shown

TOLERANCE = 1e-9
"""Share of the terms' size by which rounding may exceed a bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearConstraint:
    """sum_i a_i x_i <= b, in the parameters' own units: `coefficients` a_i by parameter name, `upper_bound` b."""

    coefficients: Mapping[str, float]
    upper_bound: float

    def is_kept(self, stimulus: Mapping[str, Any]) -> bool:
        """Whether a stimulus, complete and with numbers for these parameters, keeps to it."""
        terms = [a * float(stimulus[name]) for name, a in self.coefficients.items()]
        return sum(terms) <= self.upper_bound + self.slack(sum(map(abs, terms)))

    def slack(self, size: float) -> float:
        """Return by how much rounding may exceed the bound, for terms of a size in all."""
        return TOLERANCE * (size + abs(self.upper_bound))

    def __str__(self) -> str:
        terms = " + ".join(f"{shown(a)} {name}" for name, a in self.coefficients.items())
        return f"{terms} <= {shown(self.upper_bound)}"
