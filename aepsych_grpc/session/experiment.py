"""A live experiment: asks, takes responses, and tells how it stands."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.call import (
    AskAnswer,
    AskCall,
    GivenObservation,
    Overview,
    ReviseAnswer,
    ReviseCall,
    TellAnswer,
    Trial,
)
from aepsych_grpc.session.choosing import choose
from aepsych_grpc.session.deciding import Live
from aepsych_grpc.session.event import (
    ExperimentFinished,
    Kind,
    ObservationTold,
    RequestIdentity,
    StrategyFinished,
    TrialRevised,
)
from aepsych_grpc.session.fitted import Fitted, answer, question
from aepsych_grpc.session.log import Log
from aepsych_grpc.session.overview import overview
from aepsych_grpc.session.phase import assemble
from aepsych_grpc.session.progress import advance, current_strategy, is_finished
from aepsych_grpc.session.revising import revised_event
from aepsych_grpc.session.state import AnsweredRequest, Situation
from aepsych_grpc.session.stimulus import check_fixed_parameters
from aepsych_grpc.session.telling import told_events
from aepsych_grpc.session.training import take_in
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.error import SequenceConflict, StoreUnavailable
from aepsych_grpc.store.event_store import EventStore

WRITE_ATTEMPTS = 5
"""How often a call is worked out anew when the experiment changed meanwhile, as under a second server."""


class Experiment:
    """A live experiment. May be called from any thread.

    Asks take their turn. A Tell never waits for one: the next trial is computed outside the lock that guards the log.
    """

    def __init__(
        self,
        experiment_id: str,
        store: EventStore,
        workshop: Workshop,
        when_finished: Callable[[ExperimentConfig], None],
        when_recorded: Callable[[str], None],
    ) -> None:
        """Rebuild an experiment from its log.

        `when_finished` is called whenever its data may be complete, `when_recorded` with its id whenever the log has
        grown. A Tell waits for them.
        """
        self.experiment_id = experiment_id
        self._when_finished, self._when_recorded = when_finished, when_recorded
        self._writing = threading.Lock()
        self._choosing = threading.Lock()
        self._log = Log(experiment_id, store)
        self._state = self._log.state
        events = self._log.catch_up()
        assembly = assemble(self._state.created.config, workshop, self._state.created.learned_priors)
        self._training, self._phases = assembly.training, assembly.phases
        take_in(self._training, events)

    def ask(self, call: AskCall) -> AskAnswer:
        """Choose the next trials and record them as pending; none when a clock or a model ends the last strategy.

        Raises:
            ServiceError: INVALID_REQUEST or OUT_OF_BOUNDS for fixed parameters, EXPERIMENT_FINISHED,
                REQUEST_ID_REUSED, CONCURRENT_WRITE, STORE_UNAVAILABLE.
        """
        call = self.check_ask(call)
        with self._choosing:
            for attempt in range(WRITE_ATTEMPTS):
                with self._writing, self._retried():
                    self._catch_up()
                    if answered := self._answered(call.request):
                        return self._ask_answer(answered.trial_ids, duplicate=True)
                    if self._finished():
                        raise self._nothing_left()
                    situation = self._state.situation()
                chosen = choose(self._phases, situation, call, Live(datetime.now(UTC), call.deadline))
                with self._writing, self._retried():
                    if self._moved_on(situation, last=attempt + 1 == WRITE_ATTEMPTS):
                        continue
                    first = self._state.next_trial_id
                    asked = [
                        replace(trial, trial_id=first + i, request=call.request)
                        for i, trial in enumerate(chosen.trials)
                    ]
                    ended = [replace(end, request=call.request) for end in chosen.ended]
                    self._record([*chosen.refits, *ended, *asked], durable=bool(ended))
                    return self._ask_answer([trial.trial_id for trial in asked], duplicate=False)
        raise _outrun()

    def check_ask(self, call: AskCall) -> AskCall:
        """Return the call with its fixed parameters in the parameters' own types, before anything is done for it.

        Raises:
            ServiceError: INVALID_REQUEST or OUT_OF_BOUNDS for fixed parameters, REQUEST_ID_REUSED, STORE_UNAVAILABLE.
        """
        fixed = check_fixed_parameters(self._state.created.config, call.fixed_parameters, call.path)
        with self._writing, self._retried():
            self._catch_up()
            self._answered(call.request)
        return replace(call, fixed_parameters=fixed)

    def tell(self, observations: Sequence[GivenObservation]) -> TellAnswer:
        """Record responses, all or none; on return they are on disk.

        Raises:
            ServiceError: As `told_events`, and CONCURRENT_WRITE, STORE_UNAVAILABLE.
        """
        for _ in range(WRITE_ATTEMPTS):
            with self._writing, self._retried():
                try:
                    events, receipts = told_events(self._state, observations)
                except ServiceError:
                    if not self._catch_up():
                        raise
                    continue  # another server may have asked what is told here
                if events:
                    self._record(events, durable=True)
                return TellAnswer(receipts=tuple(receipts), finished=self._finished(), sequence=self._state.sequence)
        raise _outrun()

    def revise(self, call: ReviseCall) -> ReviseAnswer:
        """Correct or retract an observation; on return that is on disk. The experiment may be finished.

        Raises:
            ServiceError: As `revised_event`, and REQUEST_ID_REUSED, CONCURRENT_WRITE, STORE_UNAVAILABLE.
        """
        duplicate = self._record_request(call.request, lambda: revised_event(self._state, call))
        with self._writing:
            return ReviseAnswer(
                trial=self._state.trials[call.trial_id], sequence=self._state.sequence, duplicate=duplicate
            )

    def finish_strategy(self, request: RequestIdentity, strategy: str = "") -> bool:
        """End the current strategy; if `strategy` is given, only if it is the current one.

        Returns:
            Whether the request had taken effect before.

        Raises:
            ServiceError: EXPERIMENT_FINISHED, STRATEGY_NOT_CURRENT, REQUEST_ID_REUSED, CONCURRENT_WRITE,
                STORE_UNAVAILABLE.
        """

        def event() -> Kind:
            index = current_strategy(self._phases, self._state.situation())
            if index is None:
                raise self._nothing_left()
            current = self._phases[index].strategy.name
            if strategy and strategy != current:
                raise ServiceError(
                    Reason.STRATEGY_NOT_CURRENT,
                    f'The current strategy is "{current}", not "{strategy}"; nothing was recorded.',
                    violations=[Violation("strategy", f'"{strategy}" given; the current one is "{current}".')],
                )
            return StrategyFinished(strategy_index=index, request=request)

        return self._record_request(request, event)

    def finish(self, request: RequestIdentity, reason: str = "") -> bool:
        """End the experiment; one that has ended stays as it is.

        Returns:
            Whether the request had taken effect before.

        Raises:
            ServiceError: REQUEST_ID_REUSED, CONCURRENT_WRITE, STORE_UNAVAILABLE.
        """

        def event() -> Kind | None:
            return None if self._state.finished else ExperimentFinished(reason=reason, request=request)

        return self._record_request(request, event)

    def overview(self) -> Overview:
        """Report the state at a glance."""
        with self._writing, self._retried():
            self._catch_up()
            return overview(self.experiment_id, self._state, self._phases)

    def trials(
        self, after_sequence: int = 0, after_trial: int = 0, most: int | None = None
    ) -> tuple[tuple[Trial, ...], int]:
        """Return trials that changed after a sequence, and the sequence of the latest event.

        They are in order of number, beyond `after_trial`, and at most so many.
        """
        with self._writing, self._retried():
            self._catch_up()
            return self._state.changed(after_sequence, after_trial, most), self._state.sequence

    def fitted(self, at_sequence: int | None = None, outcome: str = "", deadline: float | None = None) -> Fitted:
        """Return the model fitted to the observations up to a sequence (default: all), for queries.

        Raises:
            ServiceError: INVALID_REQUEST for an unknown outcome or a sequence beyond the log, NOTHING_TO_MODEL,
                DEADLINE_EXCEEDED.
        """
        with self._writing, self._retried():
            self._catch_up()
            asked = question(self._state, self._phases, at_sequence, outcome)
        timeout = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        return answer(asked, timeout)

    def _record_request(self, request: RequestIdentity, event: Callable[[], Kind | None]) -> bool:
        for _ in range(WRITE_ATTEMPTS):
            with self._writing, self._retried():
                self._catch_up()
                if self._answered(request):
                    return True
                if (kind := event()) is not None:
                    self._record([kind], durable=True)
                return False
        raise _outrun()

    def _catch_up(self) -> bool:
        """Take in what another server has written; return whether there was anything."""
        events = self._log.catch_up()
        take_in(self._training, events)
        if events:
            self._when_recorded(self.experiment_id)
        return bool(events)

    def _record(self, kinds: Sequence[Kind], *, durable: bool) -> None:
        for kind in kinds:
            if isinstance(kind, ObservationTold):
                for training in self._training.values():
                    training.check(kind.observation.stimuli)
        finished = is_finished(self._phases, self._situation_after(kinds))
        take_in(self._training, self._log.append(kinds, durable=durable, finished=finished))
        self._when_recorded(self.experiment_id)
        if finished and (not self._state.pending or self._state.finished):
            self._when_finished(self._state.created.config)

    def _situation_after(self, kinds: Sequence[Kind]) -> Situation:
        """Return the situation after events that are to be recorded; a revision is recorded by itself."""
        first = kinds[0]
        if isinstance(first, TrialRevised):
            return self._state.situation_if(first)
        return advance(self._phases, self._state.situation(), kinds)

    @contextmanager
    def _retried(self) -> Iterator[None]:
        """Take in what another server has written when it was faster, so that the caller can try again."""
        try:
            yield
        except SequenceConflict:
            self._catch_up()
        except StoreUnavailable as error:
            raise ServiceError(Reason.STORE_UNAVAILABLE, f"{error} {error.consequence}") from error

    def _moved_on(self, situation: Situation, *, last: bool) -> bool:
        """Whether a choice made for a situation is void.

        It is when other trials were asked, something ended, or what it has learned from was revised meanwhile. For the
        sake of revisions alone the last attempt is not given up: rather a trial from before one than none.
        """
        now = self._state.situation()
        revised = now.revision_count != situation.revision_count and not last
        return revised or (now.asked_counts, now.finished_strategies, now.finished) != (
            situation.asked_counts,
            situation.finished_strategies,
            situation.finished,
        )

    def _answered(self, request: RequestIdentity) -> AnsweredRequest | None:
        earlier = self._state.requests.get(request.request_id)
        if earlier and earlier.content_digest != request.content_digest:
            raise ServiceError(
                Reason.REQUEST_ID_REUSED,
                f'The request_id "{request.request_id}" stands for another call; nothing was recorded. '
                "Re-send the same content, or use a new id.",
            )
        return earlier

    def _finished(self) -> bool:
        return is_finished(self._phases, self._state.situation())

    def _ask_answer(self, trial_ids: Sequence[int], *, duplicate: bool) -> AskAnswer:
        return AskAnswer(
            trials=tuple(self._state.trials[number] for number in trial_ids),
            finished=self._finished(),
            sequence=self._state.sequence,
            duplicate=duplicate,
        )

    def _nothing_left(self) -> ServiceError:
        how = "was ended by FinishExperiment" if self._state.finished else "has run all of its strategies"
        return ServiceError(
            Reason.EXPERIMENT_FINISHED,
            f"The experiment {how}; there is nothing more to ask. Responses to pending trials are still taken.",
            metadata={"experiment_id": self.experiment_id},
        )


def _outrun() -> ServiceError:
    return ServiceError(
        Reason.CONCURRENT_WRITE,
        "The experiment kept changing under this call; nothing of it was recorded. Try again.",
    )
