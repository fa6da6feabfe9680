"""The state of an experiment at a glance."""

from collections.abc import Sequence

from aepsych_grpc.core.stopping import remaining
from aepsych_grpc.session.call import Overview, StrategyProgress
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.progress import counts, current_strategy, has_ended
from aepsych_grpc.session.state import Situation, State


def overview(experiment_id: str, state: State, phases: Sequence[Phase]) -> Overview:
    """Report the state at a glance."""
    situation = state.situation()
    current = current_strategy(phases, situation)
    return Overview(
        experiment_id=experiment_id,
        participant_id=state.created.participant_id,
        labels=state.created.labels,
        config=state.created.config,
        sequence=state.sequence,
        finished=current is None,
        asked_count=sum(state.asked_counts),
        told_count=len(state.told),
        pending_count=len(situation.pending),
        current_strategy="" if current is None else phases[current].strategy.name,
        strategies=tuple(_progress(state, situation, phase) for phase in phases),
        can_model=situation.observation_count > 0 and any(phase.learner for phase in phases),
        create_time=state.create_time,
        update_time=state.update_time,
        learned_priors=state.created.learned_priors,
        warm_start_from=state.created.warm_start_from,
        carried_over_count=situation.carried_over_count,
    )


def _progress(state: State, situation: Situation, phase: Phase) -> StrategyProgress:
    strategy = phase.strategy
    ended = state.finished or has_ended(phase, situation)
    return StrategyProgress(
        name=strategy.name,
        asked_count=state.asked_counts[phase.index],
        told_count=state.told_count_of(strategy.name),
        finished=ended,
        remaining=() if ended else remaining(strategy.stopping, counts(phase, situation)),
        generator=strategy.generator.name,
        model=strategy.model.name if strategy.model else "",
        acquisition=strategy.acquisition.name if strategy.acquisition else "",
    )
