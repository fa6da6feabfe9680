"""The outcomes of a trial."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """Yes or no, right or wrong.

    p(1) runs from `guess_rate` to `1 - lapse_rate`; `target` is the probability that defines the threshold.
    """

    guess_rate: float = 0.0
    lapse_rate: float = 0.0
    target: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """How many of `trials` presentations of the stimulus were answered with yes, or rightly: 0 to `trials`.

    The probability of one runs from `guess_rate` to `1 - lapse_rate`; `target` is the one that defines the threshold.
    """

    trials: int
    guess_rate: float = 0.0
    lapse_rate: float = 0.0
    target: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinal:
    """A rating: a whole number from 0 to `levels - 1`."""

    levels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuous:
    """A real number."""

    unit: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the trial's stimuli was chosen: its position, from 0."""


Psychometric: TypeAlias = Binary | Proportion
"""Kinds with a psychometric function: guess rate, lapse rate and a target that defines the threshold."""

Kind: TypeAlias = Binary | Proportion | Ordinal | Continuous | Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A named outcome of a trial."""

    name: str
    kind: Kind

    @property
    def kind_name(self) -> str:
        """The kind's name in a config and in the catalogue, such as "binary"."""
        return type(self.kind).__name__.lower()
