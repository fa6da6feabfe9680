"""What a simulation must know of a study, and which studies can be simulated."""

from dataclasses import dataclass, replace

from aepsych_grpc.config.experiment import ExperimentConfig, Stopping
from aepsych_grpc.config.outcome import Psychometric
from aepsych_grpc.config.parameter import Continuous, Discrete, Fixed, Integer

MARKS = (10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000)
"""Numbers of trials after which the estimate is looked at, besides the last one."""


class NotSimulatedError(Exception):
    """The study can't be simulated; the message says why, and what can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A study to simulate.

    Attributes:
        config: What to run; its last strategy does not end before `trials`.
        outcome: How many presentations a trial has, guess rate, lapse rate and the target that defines the threshold.
        unit: Of the threshold; empty if the study names none.
        log_scale: Whether thresholds are compared by ratios.
        trials: How many trials each participant does at most.
        checkpoints: Numbers of trials after which the estimate is looked at, rising; the last is `trials`.
    """

    config: ExperimentConfig
    outcome: Psychometric
    unit: str
    log_scale: bool
    trials: int
    checkpoints: tuple[int, ...]


def design_of(config: ExperimentConfig, trials: int | None = None) -> Design:
    """Find out what to simulate.

    Args:
        config: A complete config.
        trials: Number of trials instead of the config's own; when it is larger, the last strategy goes on.

    Raises:
        NotSimulatedError: The study is of another kind, or does not say how many trials it has.
    """
    outcome = _outcome(config)
    kind = next((item.kind for item in config.parameters if item.name == config.intensity_parameter), None)
    if kind is None:
        raise NotSimulatedError(
            "No intensity_parameter is declared. Simulated participants have a threshold along it; declare the "
            "parameter along which responses rise."
        )
    if not isinstance(kind, Continuous | Integer | Discrete):
        raise NotSimulatedError(
            f'The intensity_parameter "{config.intensity_parameter}" is {type(kind).__name__.lower()}; thresholds are '
            "simulated along continuous, integer and discrete ones."
        )
    if all(strategy.model is None for strategy in config.strategies):
        raise NotSimulatedError("No strategy has a model that could estimate a threshold; give one a model.")
    length = trials or _length(config)
    if length is None:
        raise NotSimulatedError(
            "How many trials the study takes depends on more than its number of asks; say how many to simulate with "
            "--trials."
        )
    if trials is not None:
        last = replace(config.strategies[-1], stopping=Stopping(run_indefinitely=True))
        config = replace(config, strategies=(*config.strategies[:-1], last))
    unit = next(item.unit for item in config.parameters if item.name == config.intensity_parameter)
    return Design(
        config=config,
        outcome=outcome,
        unit=unit,
        log_scale=kind.log_scale,
        trials=length,
        checkpoints=(*(mark for mark in MARKS if mark < length), length),
    )


def _outcome(config: ExperimentConfig) -> Psychometric:
    if len(config.outcomes) > 1:
        raise NotSimulatedError(f"The study has {len(config.outcomes)} outcomes; studies with one can be simulated.")
    if config.stimuli_per_trial > 1:
        raise NotSimulatedError(
            f"Each trial shows {config.stimuli_per_trial} stimuli; studies with one a trial can be simulated."
        )
    kind = config.outcomes[0].kind
    if not isinstance(kind, Psychometric):
        raise NotSimulatedError(
            f'The outcome "{config.outcomes[0].name}" is {config.outcomes[0].kind_name}; binary ones and proportions '
            "can be simulated."
        )
    return kind


def _length(config: ExperimentConfig) -> int | None:
    """Return how many trials the strategies ask in all; None when that depends on more than their number."""
    total = 0
    for strategy in config.strategies:
        stopping = strategy.stopping
        depends = stopping.min_total_tells is not None or stopping.min_outcome_occurrences is not None
        asks = stopping.max_asks or stopping.min_asks
        if depends or stopping.run_indefinitely or asks is None:
            return None
        total += min(count for count in (stopping.max_asks, stopping.min_asks) if count is not None)
    return total


def varying_contexts(config: ExperimentConfig) -> tuple[str, ...]:
    """Name the parameters that a threshold depends on."""
    return tuple(
        item.name
        for item in config.parameters
        if item.name != config.intensity_parameter and not isinstance(item.kind, Fixed)
    )
