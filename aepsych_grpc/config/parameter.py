"""The parameters of a stimulus."""

from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = float | int | str | bool
"""A parameter's value: a number, a category's name, or a bool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuous:
    """A real number in [lower_bound, upper_bound]; on a log scale equal ratios count as equally far."""

    lower_bound: float
    upper_bound: float
    log_scale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """A whole number in [lower_bound, upper_bound]."""

    lower_bound: int
    upper_bound: int
    log_scale: bool = False


@dataclass(frozen=True, slots=True)
class Binary:
    """True or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Categorical:
    """One of several named choices; ordered ones are about equally spaced."""

    choices: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrete:
    """One of a list of numbers in rising order."""

    values: tuple[float, ...]
    log_scale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A constant that every stimulus carries."""

    value: Value


Kind: TypeAlias = Continuous | Integer | Binary | Categorical | Discrete | Fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named parameter of a stimulus."""

    name: str
    kind: Kind
    unit: str = ""
    description: str = ""
