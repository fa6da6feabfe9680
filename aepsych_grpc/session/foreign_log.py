"""Checks a log that comes from elsewhere, event by event, as if it were happening here."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES
from aepsych_grpc.core.space.check import check_stimulus
from aepsych_grpc.error import ServiceError
from aepsych_grpc.session.call import GivenObservation, ReviseCall
from aepsych_grpc.session.event import (
    Event,
    ExperimentCreated,
    ExperimentFinished,
    Kind,
    ModelRefitted,
    ObservationCarriedOver,
    ObservationTold,
    StrategyFinished,
    TrialAsked,
    TrialRevised,
)
from aepsych_grpc.session.outcomes import outcome_violations
from aepsych_grpc.session.phase import Assembly, assemble
from aepsych_grpc.session.progress import is_finished
from aepsych_grpc.session.revising import revised_event
from aepsych_grpc.session.state import State
from aepsych_grpc.session.stimulus import check_fixed_parameters, check_told_stimuli
from aepsych_grpc.session.telling import told_events
from aepsych_grpc.session.training import take_in
from aepsych_grpc.session.workshop import Workshop


class InvalidLogError(ValueError):
    """A log that no experiment can have; `sequence` is the place of the event at fault."""

    def __init__(self, sequence: int, message: str) -> None:
        super().__init__(f"event {sequence}: {message}")
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class CheckedLog:
    """A log that is sound: how the experiment was set up, and whether it has ended."""

    created: ExperimentCreated
    finished: bool


def check_log(
    events: Sequence[Event], workshop: Workshop, on_event: Callable[[int], None] = lambda _: None
) -> CheckedLog:
    """Go through a log and check every event against the state that the ones before it lead to.

    What a Tell would refuse is refused here, and so is what no Ask, refit or end can have recorded. `on_event` gets
    the sequence of each event that was checked.

    Raises:
        InvalidLogError: The first event at fault, and what is wrong with it.
    """
    if not events or not isinstance(events[0].kind, ExperimentCreated):
        raise InvalidLogError(1, "A log begins with experiment_created.")
    state, assembly = State(), _assembled(events[0].kind, workshop)
    for i, event in enumerate(events):
        if event.sequence != i + 1:
            raise InvalidLogError(i + 1, f"{event.sequence} stands as its sequence; they count from 1 without gaps.")
        problem = _problem(event, state, assembly) if i else ""
        if problem:
            raise InvalidLogError(event.sequence, problem)
        state.apply(event)
        take_in(assembly.training, [event])
        on_event(event.sequence)
    return CheckedLog(state.created, is_finished(assembly.phases, state.situation()))


def _assembled(created: ExperimentCreated, workshop: Workshop) -> Assembly:
    if created.config.seed is None:
        raise InvalidLogError(1, "config.seed: Required; an experiment that was set up has one.")
    for learned in created.learned_priors:
        numbers = [number for one in learned.hyperprior.parameters for number in (one.centre, one.sd)]
        if not all(math.isfinite(number) and number > 0 for number in numbers):
            raise InvalidLogError(1, "learned_priors: Every centre and sd is a finite number above 0.")
    try:
        return assemble(created.config, workshop, created.learned_priors)
    except InvalidConfigError as error:
        raise InvalidLogError(1, str(error)) from None
    except ValueError as error:
        raise InvalidLogError(1, f"learned_priors: {error}") from None


def _problem(event: Event, state: State, assembly: Assembly) -> str:
    """Return what is wrong with an event after the first; nothing when it is sound."""
    kind: Kind = event.kind
    match kind:
        case TrialAsked():
            return _asked(event, kind, state)
        case ObservationTold():
            return _told(kind, state, assembly)
        case TrialRevised():
            return _revised(kind, state)
        case ObservationCarriedOver():
            return _carried_over(kind, state, assembly)
        case ModelRefitted():
            return _refitted(event, kind, assembly)
        case StrategyFinished():
            return _strategy(kind.strategy_index, assembly)
        case ExperimentFinished():
            return "The experiment had been ended before." if state.finished else ""
        case ExperimentCreated():
            return "Only the first event is experiment_created."
        case _:
            assert_never(kind)


def _strategy(index: int, assembly: Assembly) -> str:
    count = len(assembly.phases)
    return "" if 0 <= index < count else f"strategy_index: {index} is given; the config has 0 to {count - 1}."


def _data_sequence(event: Event, data_sequence: int) -> str:
    given = f"data_sequence: {data_sequence} is given"
    return "" if 1 <= data_sequence < event.sequence else f"{given}; an earlier event is expected."


def _asked(event: Event, asked: TrialAsked, state: State) -> str:
    config = state.created.config
    if asked.trial_id != state.next_trial_id:
        return f"trial_id: {asked.trial_id} is given; the next trial is {state.next_trial_id}."
    if not 0 <= asked.strategy_index < len(config.strategies):
        return f"strategy_index: {asked.strategy_index} is given; the config has 0 to {len(config.strategies) - 1}."
    if asked.source is Source.UNSOLICITED:
        return "source: An asked trial is not unsolicited."
    if not 0 <= asked.batch_index < asked.batch_size:
        return f"batch_index: {asked.batch_index} of {asked.batch_size} is given; they count from 0."
    if len(asked.stimuli) != config.stimuli_per_trial:
        return f"stimuli: {len(asked.stimuli)} are given; a trial of the experiment has {config.stimuli_per_trial}."
    for i, stimulus in enumerate(asked.stimuli):
        checked = check_stimulus(config.parameters, stimulus, f"stimuli[{i}]")
        if not checked.valid:
            return _shown((*checked.malformed, *checked.out_of_bounds))
    try:
        check_fixed_parameters(config, asked.fixed_parameters, "fixed_parameters")
    except ServiceError as error:
        return _shown(error.violations)
    return _data_sequence(event, asked.data_sequence)


def _told(told: ObservationTold, state: State, assembly: Assembly) -> str:
    """Tell the observation again, and see whether that makes the same event."""
    observation, trial_id = told.observation, told.observation.trial_id
    if not observation.outcomes or not observation.stimuli:
        return "observation: Its stimuli and outcomes are required."
    trial = None if told.unsolicited else state.trials.get(trial_id)
    by_default = told.unsolicited and observation.observation_id == f"trial-{trial_id}"
    given = GivenObservation(
        observation_id="" if by_default else observation.observation_id,
        trial_id=0 if told.unsolicited else trial_id,
        stimuli=() if trial is not None and trial.stimuli == observation.stimuli else observation.stimuli,
        outcomes=observation.outcomes,
        response_time=observation.response_time,
        metadata=observation.metadata,
        exclude_from_model=observation.exclude_from_model,
        content_digest=told.content_digest,
    )
    try:
        again, _ = told_events(state, [given])
    except ServiceError as error:
        return _shown(error.violations) if error.violations else error.message
    if again != [told]:
        return "observation: It is told already, or is not what a Tell would record."
    for training in assembly.training.values():
        training.check(observation.stimuli)
    return ""


def _revised(revised: TrialRevised, state: State) -> str:
    """Revise the observation again, and see whether that makes the same event."""
    if revised.request.request_id in state.requests:
        return "request: An earlier call has its request_id."
    call = ReviseCall(
        trial_id=revised.trial_id, outcomes=revised.outcomes, reason=revised.reason, request=revised.request
    )
    try:
        again = revised_event(state, call)
    except ServiceError as error:
        return _shown(error.violations) if error.violations else error.message
    return "" if again == revised else "outcomes: They are not all that the trial has."


def _carried_over(carried: ObservationCarriedOver, state: State, assembly: Assembly) -> str:
    config, before = state.created.config, len(state.counted.carried)
    if state.sequence != 1 + before:
        return "Observations are carried over when an experiment is set up, before anything else."
    if carried.experiment_id not in state.created.warm_start_from:
        return f'experiment_id: "{carried.experiment_id}" is not among those that the experiment began with.'
    if carried.trial_id < 1:
        return f"trial_id: {carried.trial_id} is given; they count from 1."
    stimuli, malformed, out_of_bounds = check_told_stimuli(config, carried.stimuli, "stimuli")
    wrong = [*malformed, *out_of_bounds, *outcome_violations(config, carried.outcomes, "outcomes")]
    if wrong:
        return _shown(wrong)
    if stimuli != carried.stimuli:
        return "stimuli: They lack a parameter."
    for training in assembly.training.values():
        training.check(stimuli)
    return ""


def _refitted(event: Event, refitted: ModelRefitted, assembly: Assembly) -> str:
    if problem := _strategy(refitted.strategy_index, assembly) or _data_sequence(event, refitted.data_sequence):
        return problem
    phase = assembly.phases[refitted.strategy_index]
    outcome = refitted.outcome or phase.outcome
    if outcome not in phase.learners:
        return f'outcome: The strategy "{phase.strategy.name}" has no model of "{outcome}".'
    if not all(map(math.isfinite, refitted.hyperparameters)):
        return "hyperparameters: Every one is a finite number."
    training = assembly.training[outcome]
    extent = training.extent(refitted.data_sequence)
    if not extent.n:
        return "data_sequence: Nothing had been told then that a model can learn from."
    try:
        phase.learners[outcome].model.condition(training.first(replace(extent, n=1)), refitted.hyperparameters)
    except ValueError as error:
        return f"hyperparameters: {error}"
    except NUMERICAL_FAILURES:
        pass  # trials then go on from a Sobol sequence, here as there
    return ""


def _shown(violations: Sequence[Violation]) -> str:
    return "; ".join(f"{one.path.removeprefix('observations[0].')}: {one.message}" for one in violations)
