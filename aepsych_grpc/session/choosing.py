"""Chooses the next trials: a pure function of the situation, the observations and what is decided besides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.generators.generator import Belief, Choice, Request, Source
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES
from aepsych_grpc.core.stopping import asks_left
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import AskCall
from aepsych_grpc.session.deciding import NOT_READY, Decisions, time_left
from aepsych_grpc.session.ending import asks_the_model
from aepsych_grpc.session.event import ModelRefitted, Stimulus, StrategyFinished, TrialAsked
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.progress import advance, counts, current_strategy
from aepsych_grpc.session.state import Key, Refit, Situation
from aepsych_grpc.session.training import Extent


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an Ask adds to the log, in this order, but for the trials' numbers and the request."""

    refits: tuple[ModelRefitted, ...]
    ended: tuple[StrategyFinished, ...]
    trials: tuple[TrialAsked, ...]


def choose(phases: Sequence[Phase], situation: Situation, call: AskCall, decisions: Decisions) -> Chosen:
    """Choose as many trials as asked for, from one strategy after the other; fewer when there are no more.

    A strategy that a clock or its model ends is passed over, and its end recorded. `decisions` are those of the call
    here and now, or of an earlier answer as it is on record: with these the same trials are chosen again, bit for bit.

    Raises:
        ServiceError: INVALID_REQUEST when the generator has no trial with the fixed parameters.
    """
    refits: list[ModelRefitted] = []
    ended: list[StrategyFinished] = []
    trials: list[TrialAsked] = []
    now = situation
    while len(trials) < call.count and (index := current_strategy(phases, now)) is not None:
        phase = phases[index]
        refit, belief, problem = None, None, ""
        reason = decisions.overdue(phase, now, len(trials))
        if not reason and decisions.has_time(len(trials)) and (phase.adaptive or asks_the_model(phase, now)):
            for outcome in _outcomes_to_believe_in(phase, now):
                belief = None
                event, refit, problem = decisions.refit(phase, outcome, now, situation.sequence + len(refits) + 1)
                if event is not None and refit is not None:
                    refits.append(event)
                    now = _with_refit(now, (phase.index, outcome), refit)
                if refit is not None:
                    belief, problem = _belief(phase, outcome, now, refit, call.deadline)
                if outcome == phase.outcome and belief is not None and refit is not None:
                    reason = decisions.certain(phase, now, belief, refit)
        if reason:
            ended.append(StrategyFinished(strategy_index=index, reason=reason))
            now = advance(phases, now, ended[-1:])
            continue
        left = asks_left(phase.strategy.stopping, counts(phase, now))
        count = call.count - len(trials) if left is None else min(left, call.count - len(trials))
        choice = _choose_from(phase, now, [trial.stimuli for trial in trials], count, call, belief)
        if problem and choice.source is Source.FALLBACK:
            choice = replace(choice, note=problem)
        if not bool(phase.space.keeps(choice.points).all()):
            choice = replace(choice, points=choice.points[:0], note="The fixed parameters lead out of the constraints.")
        if not len(choice.points):
            if trials:
                break
            raise ServiceError(
                Reason.INVALID_REQUEST,
                f"No trial can be chosen: {choice.note}",
                violations=[Violation(call.path, choice.note)],
            )
        chosen = [
            TrialAsked(
                trial_id=0,
                # As the caller wrote them: a coordinate has fewer digits.
                stimuli=tuple({**stimulus, **call.fixed_parameters} for stimulus in phase.space.decode(points)),
                strategy_index=index,
                source=choice.source,
                data_sequence=situation.sequence,
                fixed_parameters=call.fixed_parameters,
                note=choice.note,
            )
            for points in choice.points
        ]
        trials.extend(chosen)
        now = advance(phases, now, chosen)
    batch = [replace(trial, batch_index=i, batch_size=len(trials)) for i, trial in enumerate(trials)]
    return Chosen(refits=tuple(refits), ended=tuple(ended), trials=tuple(batch))


def _outcomes_to_believe_in(phase: Phase, situation: Situation) -> tuple[str, ...]:
    """List the outcome that the next trial is chosen for, and before it the one that the strategy's rules ask about."""
    chosen_for = phase.outcome_at(situation.asked_counts[phase.index])
    if chosen_for == phase.outcome or not asks_the_model(phase, situation):
        return (chosen_for,)
    return phase.outcome, chosen_for


def _belief(
    phase: Phase, outcome: str, situation: Situation, refit: Refit, deadline: float | None
) -> tuple[Belief | None, str]:
    """Return the belief to choose by, or None and what is wrong."""
    learner = phase.learners.get(outcome)
    if learner is None:
        return None, ""
    told = Extent(situation.revision_count, situation.observation_count)
    try:
        first = replace(told, n=situation.belief_starts.get((phase.index, outcome), told.n))
        posterior = learner.belief_in_time(
            refit, first, told, time_left(deadline), by_alternatives=phase.judges_by_alternatives(outcome)
        )
        if posterior is None:
            return None, NOT_READY
        response = learner.response(told, refit.hyperparameters)
    except NUMERICAL_FAILURES as error:
        return None, f"The model's belief failed: {error}"
    return Belief(posterior=posterior, response=response, acquisition=phase.acquisitions.get(outcome)), ""


def _choose_from(
    phase: Phase,
    situation: Situation,
    batch: Sequence[tuple[Stimulus, ...]],
    count: int,
    call: AskCall,
    belief: Belief | None,
) -> Choice:
    pending = [trial.stimuli for trial in situation.pending] + list(batch)
    request = Request(
        count=count,
        index=situation.asked_counts[phase.index],
        asked=situation.asked[phase.index],
        told=situation.told[phase.index],
        seed=phase.seed,
        fixed=call.fixed_parameters,
        pending=torch.stack([phase.space.encode(stimuli) for stimuli in pending])
        if pending
        else torch.empty(0, 1, phase.space.d, dtype=torch.float64),
        belief=belief,
        deadline=call.deadline,
    )
    return phase.generator.generate(request)


def _with_refit(situation: Situation, key: Key, refit: Refit) -> Situation:
    """Let a refit that is to be recorded take effect, for trials that are chosen in the same call."""
    starts = {other: start for other, start in situation.belief_starts.items() if other != key}
    return replace(situation, refits={**situation.refits, key: refit}, belief_starts=starts)
