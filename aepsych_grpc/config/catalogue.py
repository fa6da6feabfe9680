"""The catalogue: which models, acquisition functions and generators a config may name.

The optimization core fills it; checks, the server's catalogue and the reference pages read it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aepsych_grpc.config.options import Option, options_of
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation

T = TypeVar("T")


def _nothing_wrong(_options: Any, _trials: Trials) -> Iterable[Violation]:
    return ()


def _nothing_to_say(_options: Any) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[T]):
    """A catalogue entry.

    Attributes:
        name: Its name in a config.
        summary: What it does, in a line.
        options: The frozen dataclass that declares its options.
        build: Makes the part from its context and options.
        outcome_kinds: Outcome kinds it is for ("binary", ...); empty means any.
        needs_model: Whether a generator needs a model.
        uses_acquisition: Whether a generator that needs a model uses an acquisition function with it.
        keeps_constraints: Whether a generator keeps to constraints between parameters.
        check: Finds what is wrong with options that are right by themselves but not for the experiment's trials. Paths
            begin at the component, such as `options.points[2].contrast`. Not called while the parameters or outcomes
            have mistakes of their own.
        explain: Says what options mean that its summary can't, in sentences.
    """

    name: str
    summary: str
    options: type
    build: Callable[..., T]
    outcome_kinds: tuple[str, ...] = ()
    needs_model: bool = False
    uses_acquisition: bool = True
    keeps_constraints: bool = False
    check: Callable[[Any, Trials], Iterable[Violation]] = _nothing_wrong
    explain: Callable[[Any], Iterable[str]] = _nothing_to_say

    @property
    def option_list(self) -> tuple[Option, ...]:
        """The options that a config may set."""
        return options_of(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All entries by kind and name; where a config leaves the choice open, the first that fits is taken."""

    models: Mapping[str, Entry[Any]]
    acquisitions: Mapping[str, Entry[Any]]
    generators: Mapping[str, Entry[Any]]
