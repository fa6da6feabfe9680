"""Where an experiment stands: which strategy is the current one, and what is missing for it to end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from aepsych_grpc.core import stopping
from aepsych_grpc.core.generators.generator import SelfEnding, Told
from aepsych_grpc.core.stopping import Counts
from aepsych_grpc.session.event import ExperimentFinished, Kind, ObservationTold, StrategyFinished, TrialAsked
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.state import Situation


def counts(phase: Phase, situation: Situation) -> Counts:
    """Count what a strategy's rules are about."""
    return Counts(
        asks=situation.asked_counts[phase.index],
        tells=situation.observation_count - situation.carried_over_count,
        occurrences={
            (outcome, value): situation.outcome_counts.get((outcome, float(value)), 0)
            for outcome in phase.binary_outcomes
            for value in (0, 1)
        },
        limit=_limit(phase, situation),
    )


def _limit(phase: Phase, situation: Situation) -> int | None:
    generator = phase.generator
    if isinstance(generator, SelfEnding) and generator.has_ended(situation.told[phase.index]):
        return 0
    return generator.limit


def has_ended(phase: Phase, situation: Situation) -> bool:
    """Whether a strategy has ended: by an event, because a later one has asked, or by its own counts.

    One that a warm start makes needless has ended before it began.
    """
    return (
        (phase.strategy.skip_with_warm_start and situation.carried_over_count > 0)
        or phase.index in situation.finished_strategies
        or phase.index < situation.latest_strategy
        or stopping.is_finished(phase.strategy.stopping, counts(phase, situation))
    )


def current_strategy(phases: Sequence[Phase], situation: Situation) -> int | None:
    """Return the position of the first strategy that has not ended; None when the experiment is finished."""
    if situation.finished:
        return None
    return next((phase.index for phase in phases if not has_ended(phase, situation)), None)


def is_finished(phases: Sequence[Phase], situation: Situation) -> bool:
    """Whether nothing is left to ask."""
    return current_strategy(phases, situation) is None


def advance(phases: Sequence[Phase], situation: Situation, kinds: Sequence[Kind]) -> Situation:
    """Return the situation after further events, as far as the ends of strategies depend on them."""
    asked_counts, asked, told_of = (
        list(situation.asked_counts),
        [*map(list, situation.asked)],
        [*map(list, situation.told)],
    )
    index_of = {phase.strategy.name: phase.index for phase in phases}
    strategy_of = {trial.trial_id: index_of[trial.strategy] for trial in situation.pending if trial.strategy}
    occurred = Counter(situation.outcome_counts)
    latest, ended, finished, told = situation.latest_strategy, set(situation.finished_strategies), situation.finished, 0
    for kind in kinds:
        if isinstance(kind, TrialAsked):
            asked_counts[kind.strategy_index] += 1
            asked[kind.strategy_index].append(kind.stimuli)
            latest = max(latest, kind.strategy_index)
        elif isinstance(kind, ObservationTold) and not kind.observation.exclude_from_model:
            told += 1
            occurred.update(kind.observation.outcomes.items())
            if (index := strategy_of.get(kind.observation.trial_id)) is not None:
                response = kind.observation.outcomes[phases[index].outcome]
                told_of[index].append(Told(kind.observation.stimuli, response))
        elif isinstance(kind, StrategyFinished):
            ended.add(kind.strategy_index)
        elif isinstance(kind, ExperimentFinished):
            finished = True
    return replace(
        situation,
        asked_counts=tuple(asked_counts),
        asked=tuple(map(tuple, asked)),
        told=tuple(map(tuple, told_of)),
        outcome_counts=dict(occurred),
        observation_count=situation.observation_count + told,
        latest_strategy=latest,
        finished_strategies=frozenset(ended),
        finished=finished,
    )
