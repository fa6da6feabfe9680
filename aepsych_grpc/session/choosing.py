"""Chooses the next trials: a pure function of the situation and the observations, unless time runs out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from aepsych_grpc.core.generators.generator import Belief, Choice, Request, Source
from aepsych_grpc.core.stopping import asks_left
from aepsych_grpc.session.call import AskCall
from aepsych_grpc.session.event import ModelRefitted, Stimulus, TrialAsked
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.progress import advance, counts, current_strategy
from aepsych_grpc.session.state import Refit, Situation

NOT_READY = "The model was not ready in time."

FIT_SHARE = 0.6
"""Share of the time left that a refit may take when older hyperparameters can stand in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What an Ask adds to the log, but for the trials' numbers and the request."""

    refits: tuple[ModelRefitted, ...]
    trials: tuple[TrialAsked, ...]


def choose(phases: Sequence[Phase], situation: Situation, call: AskCall) -> Chosen:
    """Choose as many trials as asked for, from one strategy after the other; fewer when the last has no more."""
    refits: list[ModelRefitted] = []
    trials: list[TrialAsked] = []
    now = situation
    while len(trials) < call.count and (index := current_strategy(phases, now)) is not None:
        phase = phases[index]
        left = asks_left(phase.strategy.stopping, counts(phase, now))
        count = call.count - len(trials) if left is None else min(left, call.count - len(trials))
        refit, choice = _choose_from(phase, now, [trial.stimuli for trial in trials], count, call)
        refits.extend(refit)
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
        now = advance(now, chosen)
    batch = [replace(trial, batch_index=i, batch_size=len(trials)) for i, trial in enumerate(trials)]
    return Chosen(refits=tuple(refits), trials=tuple(batch))


def _choose_from(
    phase: Phase, situation: Situation, batch: Sequence[tuple[Stimulus, ...]], count: int, call: AskCall
) -> tuple[list[ModelRefitted], Choice]:
    refits: list[ModelRefitted] = []
    belief, problem = None, ""
    if phase.learner is not None and phase.acquisition is not None:
        refits, refit, problem = _refit(phase, situation, call.deadline)
        if refit is not None:
            steps = () if refits else situation.belief_steps.get(phase.index, ())
            steps = _with_step(steps, situation.observation_count)
            posterior = phase.learner.belief_in_time(refit, steps, _left(call.deadline))
            if posterior is None:
                problem = NOT_READY
            else:
                response = phase.learner.response(situation.observation_count, refit.hyperparameters)
                belief = Belief(posterior=posterior, response=response, acquisition=phase.acquisition)
    pending = [trial.stimuli for trial in situation.pending] + list(batch)
    request = Request(
        count=count,
        index=situation.asked_counts[phase.index],
        seed=phase.seed,
        fixed=call.fixed_parameters,
        pending=torch.stack([phase.space.encode(stimuli) for stimuli in pending])
        if pending
        else torch.empty(0, 1, phase.space.d, dtype=torch.float64),
        belief=belief,
        deadline=call.deadline,
    )
    if problem:
        choice = phase.fallback.generate(request)
        return refits, replace(choice, source=Source.FALLBACK, note=problem)
    return refits, phase.generator.generate(request)


def _refit(phase: Phase, situation: Situation, deadline: float | None) -> tuple[list[ModelRefitted], Refit | None, str]:
    """Return the refit to record (none or one), the refit to work with, and what is wrong if there is none."""
    learner, latest = phase.learner, situation.refits.get(phase.index)
    if learner is None or situation.observation_count == 0:
        return [], None, "Nothing has been told that the model could learn from."
    if not learner.refit_due(situation.sequence, latest):
        return [], latest, ""
    left = _left(deadline)
    patience = left * FIT_SHARE if left is not None and latest is not None else left
    done = learner.fit_in_time(situation.sequence, latest, patience)
    if done is None:
        return [], latest, "" if latest else NOT_READY
    data_sequence, fit = done
    event = ModelRefitted(
        strategy_index=phase.index,
        data_sequence=data_sequence,
        hyperparameters=fit.hyperparameters,
        note=fit.note,
    )
    return [event], Refit(situation.sequence + 1, data_sequence, fit.hyperparameters), ""


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(deadline - time.monotonic(), 0.0)


def _with_step(steps: Sequence[int], step: int) -> tuple[int, ...]:
    return tuple(steps) if steps and steps[-1] == step else (*steps, step)
