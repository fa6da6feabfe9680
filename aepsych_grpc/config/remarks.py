"""Remarks on a config that do not keep it from running but may cost trials."""

from collections.abc import Iterator

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.experiment import ExperimentConfig

FEWEST_INITIAL_TRIALS = 5
"""Trials without a model below which its first choices rest on next to nothing."""


def remarks(config: ExperimentConfig) -> tuple[str, ...]:
    """Return what the experimenter may want to reconsider, as sentences."""
    return (*_on_models(config), *_on_endings(config))


def _on_models(config: ExperimentConfig) -> Iterator[str]:
    learning = [strategy for strategy in config.strategies if strategy.model]
    if not learning:
        yield "No strategy has a model: nothing is learned from the responses, and queries can't be answered."
        return
    last = config.strategies[-1]
    if not last.model:
        yield f'The last strategy, "{last.name}", has no model; what it yields is not learned from.'
    initial = 0
    for strategy in config.strategies:
        if strategy.acquisition:
            if initial < FEWEST_INITIAL_TRIALS:
                yield (
                    f'Only {initial} trials come before "{strategy.name}" starts to use what it has learned; '
                    "10 with the sobol generator are usual."
                )
            break
        stopping = strategy.stopping
        endless = (
            stopping.run_indefinitely
            or stopping.min_total_tells
            or stopping.min_outcome_occurrences
            or stopping.asks_the_model
            or stopping.max_seconds
        )
        initial += FEWEST_INITIAL_TRIALS if endless else stopping.min_asks or stopping.max_asks or 0
    kind = config.outcomes[0].kind
    if not isinstance(kind, outcome.Psychometric):
        return
    numeric = (parameter.Continuous, parameter.Integer, parameter.Discrete)
    candidates = [item.name for item in config.parameters if isinstance(item.kind, numeric)]
    if candidates and not config.intensity_parameter:
        yield (
            "If responses rise along one of the parameters, name it under intensity_parameter "
            f"(one of {', '.join(candidates)}): the threshold is found in fewer trials."
        )
    if kind.lapse_rate == 0:
        yield (
            "lapse_rate is 0: a slip of the finger on an easy trial then counts as not perceived and shifts the "
            "threshold; 0.02 is usual."
        )


def _on_endings(config: ExperimentConfig) -> Iterator[str]:
    for strategy in config.strategies:
        if strategy.stopping.min_outcome_occurrences and strategy.stopping.max_asks is None:
            yield (
                f'"{strategy.name}" may never end if a participant always gives the same response; '
                "add max_asks under stopping."
            )
        elif strategy.stopping.asks_the_model and strategy.stopping.max_asks is None:
            yield (
                f'"{strategy.name}" may never end if the model never becomes certain enough; '
                "add max_asks under stopping."
            )
