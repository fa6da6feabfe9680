"""Errors and widths as people read them: in the parameter's unit, or as factors on a log scale."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a study's errors are shown; attributes as those of `Design`."""

    unit: str
    log_scale: bool

    def error(self, value: float) -> str:
        """Return an error: "± 0.12 mm", or a factor by which the estimate is off either way."""
        return f"x/÷ {10**value:.2f}" if self.log_scale else f"± {value:.3g}{self._unit}"

    def width(self, value: float) -> str:
        """Return an interval's width: "0.24 mm", or the factor between its ends."""
        return f"x {10**value:.2f}" if self.log_scale else f"{value:.3g}{self._unit}"

    def number(self, value: float) -> float:
        """Return an error or width for an axis: in the unit, or as a factor."""
        return 10**value if self.log_scale else value

    def internal(self, given: float) -> float:
        """Return an error that a user gave, in the unit or as a factor, as `Look` has it.

        Raises:
            ValueError: It is not above 0, or on a log scale not above 1.
        """
        least = 1.0 if self.log_scale else 0.0
        if not given > least:
            what = "a factor above 1, as the intensity is on a log scale" if self.log_scale else "above 0"
            raise ValueError(f"{given:g} given; an error here is {what}.")
        return math.log10(given) if self.log_scale else given

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""
