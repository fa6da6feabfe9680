"""The state of an experiment: a pure function of its events."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from aepsych_grpc.config.learning import leading_outcome
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.generator import Source, Told
from aepsych_grpc.session.call import Revision, Trial
from aepsych_grpc.session.counted import Counted
from aepsych_grpc.session.event import (
    Event,
    ExperimentCreated,
    ModelRefitted,
    ObservationCarriedOver,
    ObservationTold,
    RequestIdentity,
    Stimulus,
    StrategyFinished,
    TrialAsked,
    TrialRevised,
)

Key: TypeAlias = tuple[int, str]
"""A model: the position of its strategy, and the outcome that it is about."""


@dataclass(frozen=True, slots=True)
class Refit:
    """Hyperparameters that took effect with the event at `sequence`, learned from the events up to `data_sequence`."""

    sequence: int
    data_sequence: int
    hyperparameters: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    """A call that took effect: the digest of its content and, for an Ask, the trials that it was answered with."""

    content_digest: bytes
    trial_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the choice of the next trials depends on, besides the observations themselves; a copy of a state's part.

    Attributes:
        sequence: Sequence of the latest event.
        asked_counts: Trials asked by each strategy.
        asked: Their stimuli, in order.
        told: Those of them with a response to learn from, in the order of telling.
        begin_times: When each strategy that has asked did so first.
        observation_count: Observations that models learn from.
        carried_over_count: Those of them that come from earlier experiments.
        revision_count: Revisions of such observations so far.
        outcome_counts: How often each value of each outcome has occurred among the others.
        latest_strategy: The latest strategy that has asked.
        finished_strategies: Strategies that were ended by an event: by request, a clock or a model.
        pending: Trials that await a response.
        refits: The refits in effect, by strategy and outcome.
        belief_starts: By strategy and outcome, the number of observations at the strategy's first ask since that refit,
            or since the latest revision.
        finished: Whether the experiment was ended by request.
    """

    sequence: int
    finished: bool
    asked_counts: tuple[int, ...]
    asked: tuple[tuple[tuple[Stimulus, ...], ...], ...]
    told: tuple[tuple[Told, ...], ...]
    begin_times: dict[int, datetime]
    observation_count: int
    carried_over_count: int
    revision_count: int
    outcome_counts: dict[tuple[str, float], int]
    latest_strategy: int
    finished_strategies: frozenset[int]
    pending: tuple[Trial, ...]
    refits: dict[Key, Refit]
    belief_starts: dict[Key, int]


class State:
    """What the events so far amount to. Changed by `apply` only.

    Attributes:
        created: The event that set the experiment up.
        sequence: Sequence of the latest event.
        trials: All trials by number, in the order in which they arose.
        pending: Numbers of the trials that await a response, in order.
        told: Sequence of the observation of each told trial, by its number, in the order of telling.
        counted: The observations that count, as they are after all revisions.
        revision_count: Revisions of observations that models learn from.
        observation_digests: Digest of each observation as it was sent, by its id.
        observation_trials: Number of the trial of each observation, by its id.
        requests: Calls that took effect, by request id.
        asked_counts: Trials asked by each strategy.
        asked_by: Their stimuli, in order.
        begin_times: When each strategy that has asked did so first.
        finished_strategies: Strategies that were ended by an event: by request, a clock or a model.
        latest_strategy: The latest strategy that has asked; the current one is never before it.
        refits: All refits, by strategy and outcome.
        asked: Sequence and strategy of each ask.
        belief_starts: By strategy and outcome, the number of observations at the strategy's first ask since the latest
            refit or revision.
        finished: Whether the experiment was ended by request.
    """

    def __init__(self) -> None:
        self.created: ExperimentCreated
        self.create_time: datetime
        self.update_time: datetime
        self.sequence = 0
        self.trials: dict[int, Trial] = {}
        self.pending: dict[int, None] = {}
        self.told: dict[int, int] = {}
        self.counted = Counted(())
        self.revision_count = 0
        self.asked: list[tuple[int, int]] = []
        self.observation_digests: dict[str, bytes] = {}
        self.observation_trials: dict[str, int] = {}
        self.requests: dict[str, AnsweredRequest] = {}
        self.asked_counts: list[int] = []
        self.asked_by: list[list[tuple[Stimulus, ...]]] = []
        self.begin_times: dict[int, datetime] = {}
        self._leading: list[str] = []
        self.finished_strategies: set[int] = set()
        self.latest_strategy = 0
        self.refits: dict[Key, list[Refit]] = {}
        self.belief_starts: dict[Key, int] = {}
        self.finished = False

    def apply(self, event: Event) -> None:
        """Take the next event in."""
        if event.sequence != self.sequence + 1:
            raise ValueError(f"Event {event.sequence} cannot follow event {self.sequence}.")
        kind = event.kind
        if isinstance(kind, ExperimentCreated):
            self.created = kind
            self.create_time = event.time
            self.asked_counts = [0] * len(kind.config.strategies)
            self._leading = [
                leading_outcome(kind.config, strategy, CATALOGUE.models).name for strategy in kind.config.strategies
            ]
            self.asked_by = [[] for _ in kind.config.strategies]
            self.counted = self._count(self.trials)
        elif isinstance(kind, ObservationCarriedOver):
            self.counted.carried.append(event.sequence)
        elif isinstance(kind, TrialAsked):
            self._apply_asked(event, kind)
        elif isinstance(kind, ObservationTold):
            self._apply_told(event, kind)
        elif isinstance(kind, TrialRevised):
            self._apply_revised(event, kind)
        elif isinstance(kind, ModelRefitted):
            refit = Refit(event.sequence, kind.data_sequence, kind.hyperparameters)
            key = (kind.strategy_index, kind.outcome or self._leading[kind.strategy_index])
            self.refits.setdefault(key, []).append(refit)
            self.belief_starts.pop(key, None)
        elif isinstance(kind, StrategyFinished):
            self.finished_strategies.add(kind.strategy_index)
            self._remember(kind.request, None)
        else:
            self.finished = True
            self._remember(kind.request, None)
        self.sequence = event.sequence
        self.update_time = event.time

    def _apply_asked(self, event: Event, asked: TrialAsked) -> None:
        strategy = self.created.config.strategies[asked.strategy_index]
        self.trials[asked.trial_id] = Trial(
            trial_id=asked.trial_id,
            stimuli=asked.stimuli,
            strategy=strategy.name,
            source=asked.source,
            data_sequence=asked.data_sequence,
            sequence=event.sequence,
            ask_time=event.time,
            note=asked.note,
        )
        self.pending[asked.trial_id] = None
        self.asked_counts[asked.strategy_index] += 1
        self.asked_by[asked.strategy_index].append(asked.stimuli)
        self.begin_times.setdefault(asked.strategy_index, event.time)
        self.asked.append((event.sequence, asked.strategy_index))
        self.latest_strategy = max(self.latest_strategy, asked.strategy_index)
        observations = self.counted.up_to(asked.data_sequence)
        for outcome in self.created.config.outcomes:
            self.belief_starts.setdefault((asked.strategy_index, outcome.name), observations)
        self._remember(asked.request, asked.trial_id)

    def _apply_told(self, event: Event, told: ObservationTold) -> None:
        observation = told.observation
        trial = self.trials.get(observation.trial_id) or Trial(
            trial_id=observation.trial_id,
            stimuli=observation.stimuli,
            strategy="",
            source=Source.UNSOLICITED,
            data_sequence=0,
            sequence=event.sequence,
            ask_time=None,
        )
        self.trials[observation.trial_id] = replace(
            trial, observation=observation, tell_time=event.time, sequence=event.sequence
        )
        self.pending.pop(observation.trial_id, None)
        self.told[observation.trial_id] = event.sequence
        self.observation_digests[observation.observation_id] = told.content_digest
        self.observation_trials[observation.observation_id] = observation.trial_id
        self.counted.add(event.sequence, self.trials[observation.trial_id])

    def _apply_revised(self, event: Event, revised: TrialRevised) -> None:
        earlier = self.trials[revised.trial_id]
        trial = _with_outcomes(earlier, revised.outcomes)
        told_outcomes = earlier.observation.outcomes if earlier.observation else {}
        revision = Revision(
            told_outcomes=earlier.revision.told_outcomes if earlier.revision else told_outcomes,
            tell_sequence=self.told[revised.trial_id],
            count=earlier.revision.count + 1 if earlier.revision else 1,
            time=event.time,
            reason=revised.reason,
        )
        self.trials[revised.trial_id] = replace(trial, revision=revision, sequence=event.sequence)
        if trial.observation is not None and not trial.observation.exclude_from_model:
            self.revision_count += 1
            self.counted = self._count(self.trials)
            # A belief that has begun with the observations as they were can't be gone on with.
            self.belief_starts.clear()
        self._remember(revised.request, revised.trial_id)

    def _count(self, trials: Mapping[int, Trial]) -> Counted:
        names = [strategy.name for strategy in self.created.config.strategies]
        counted = Counted(list(zip(names, self._leading, strict=True)), self.counted.carried)
        for number, sequence in self.told.items():
            counted.add(sequence, trials[number])
        return counted

    def _remember(self, request: RequestIdentity, trial_id: int | None) -> None:
        if not request.request_id:
            return
        earlier = self.requests.get(request.request_id)
        trial_ids = earlier.trial_ids if earlier else ()
        if trial_id is not None:
            trial_ids += (trial_id,)
        self.requests[request.request_id] = AnsweredRequest(request.content_digest, trial_ids)

    @property
    def next_trial_id(self) -> int:
        """Number of the next trial to arise."""
        return len(self.trials) + 1

    def changed(self, after_sequence: int, after_trial: int, most: int | None) -> tuple[Trial, ...]:
        """Return the trials numbered beyond one that changed after a sequence, in order, at most so many."""
        numbers = range(after_trial + 1, self.next_trial_id)
        changed = (trial for number in numbers if (trial := self.trials[number]).sequence > after_sequence)
        return tuple(islice(changed, most))

    def told_count_of(self, strategy: str) -> int:
        """Count the observations told to the trials of a strategy."""
        return sum(self.trials[number].strategy == strategy for number in self.told)

    def strategy_at(self, sequence: int) -> int:
        """Return the strategy of the latest ask up to a sequence; the first one before any ask."""
        asks = bisect_right(self.asked, (sequence, len(self.asked_counts)))
        return self.asked[asks - 1][1] if asks else 0

    def latest_refit(self, strategy_index: int, outcome: str, sequence: int | None = None) -> Refit | None:
        """Return the refit of a strategy's model that was in effect after the event at `sequence` (default: now)."""
        refits = self.refits.get((strategy_index, outcome), [])
        return next((refit for refit in reversed(refits) if sequence is None or refit.sequence <= sequence), None)

    def situation(self) -> Situation:
        """Copy what the choice of the next trials depends on."""
        return self._situation(self.counted)

    def situation_if(self, revised: TrialRevised) -> Situation:
        """Return the situation that a revision would lead to, as far as the ends of strategies depend on it."""
        trial = _with_outcomes(self.trials[revised.trial_id], revised.outcomes)
        return self._situation(self._count({**self.trials, trial.trial_id: trial}))

    def _situation(self, counted: Counted) -> Situation:
        return Situation(
            sequence=self.sequence,
            finished=self.finished,
            asked_counts=tuple(self.asked_counts),
            asked=tuple(map(tuple, self.asked_by)),
            told=tuple(map(tuple, counted.told_of)),
            begin_times=dict(self.begin_times),
            observation_count=len(counted),
            carried_over_count=len(counted.carried),
            revision_count=self.revision_count,
            outcome_counts=dict(counted.occurrences),
            latest_strategy=self.latest_strategy,
            finished_strategies=frozenset(self.finished_strategies),
            pending=tuple(self.trials[number] for number in self.pending),
            refits={key: refits[-1] for key, refits in self.refits.items()},
            belief_starts=dict(self.belief_starts),
        )


def _with_outcomes(trial: Trial, outcomes: Mapping[str, float]) -> Trial:
    if trial.observation is None:
        raise ValueError(f"Trial {trial.trial_id} can't be revised before it is told.")
    return replace(trial, observation=replace(trial.observation, outcomes=outcomes))
