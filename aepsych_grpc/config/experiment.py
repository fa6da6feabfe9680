"""The experiment: parameters, outcomes and the strategies that choose trials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.parameter import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part chosen by name from the catalogue, with its options."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """When a strategy ends: at `max_asks`, or when every minimum that is set is reached."""

    min_asks: int | None = None
    max_asks: int | None = None
    min_total_tells: int | None = None
    min_outcome_occurrences: int | None = None
    run_indefinitely: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One phase: how trials are chosen and when it ends."""

    name: str
    generator: Component
    stopping: Stopping
    model: Component | None = None
    acquisition: Component | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentConfig:
    """What an experiment is, with every default filled in.

    `seed` is None only before Setup has chosen one.
    """

    parameters: tuple[Parameter, ...]
    outcomes: tuple[Outcome, ...]
    strategies: tuple[Strategy, ...]
    name: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    stimuli_per_trial: int = 1
    intensity_parameter: str = ""
    seed: int | None = None
    allow_out_of_bounds: bool = False
