"""The experiment: parameters, outcomes and the strategies that choose trials."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.parameter import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part chosen by name from the catalogue, with its options."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """When a strategy ends: at `max_asks` or `max_seconds`, or when every other rule that is set is fulfilled.

    Attributes:
        min_asks: Trials that it asks.
        max_asks: Trials that it asks at most.
        min_total_tells: Observations of the whole experiment.
        min_outcome_occurrences: How often each value of every binary outcome has occurred.
        run_indefinitely: It ends only by request.
        min_posterior_range: By how much the expected response varies over the space, in (0, 1].
        max_threshold_interval: Width of the threshold's 90 % credible interval, as a share of the intensity's range on
            its scale, in (0, 1].
        max_seconds: Time since its first ask.
    """

    min_asks: int | None = None
    max_asks: int | None = None
    min_total_tells: int | None = None
    min_outcome_occurrences: int | None = None
    run_indefinitely: bool = False
    min_posterior_range: float | None = None
    max_threshold_interval: float | None = None
    max_seconds: float | None = None

    @property
    def asks_the_model(self) -> bool:
        """Whether a rule is decided by what the model believes."""
        return self.min_posterior_range is not None or self.max_threshold_interval is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """One phase: how trials are chosen and when it ends.

    Its model learns from the latest `keep_most_recent` observations; None for all. With `skip_with_warm_start` it is
    passed over where the observations of earlier experiments were carried over.
    """

    name: str
    generator: Component
    stopping: Stopping
    model: Component | None = None
    acquisition: Component | None = None
    keep_most_recent: int | None = None
    skip_with_warm_start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationPrior:
    """The study's latest `max_experiments` finished experiments teach the prior of the model's hyperparameters."""

    max_experiments: int = 10


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
    constraints: tuple[LinearConstraint, ...] = ()
    population_prior: PopulationPrior | None = None
