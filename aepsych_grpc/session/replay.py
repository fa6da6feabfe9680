"""Replays an experiment from its log: every asked trial is chosen anew, and held against the one on record.

The replayed experiment has parts of its own and shares nothing with the live one.
"""

import enum
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.choosing import choose
from aepsych_grpc.session.codec import encode
from aepsych_grpc.session.event import ANONYMOUS, Event, Kind, ModelRefitted, TrialAsked
from aepsych_grpc.session.inline import Inline
from aepsych_grpc.session.phase import Assembly, assemble
from aepsych_grpc.session.recorded import RecordedAsk, recorded_asks
from aepsych_grpc.session.state import State
from aepsych_grpc.session.training import take_in
from aepsych_grpc.session.workshop import Workshop


class Agreement(enum.Enum):
    """Whether what is worked out anew agrees with the record."""

    UNKNOWN = "unknown"
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Replayed:
    """An event as it is on record, with what stands in its place now: a trial chosen anew, or hyperparameters learned.

    A trial that stands in for the model's choice is held against the generator's stand-in. If it is another one, its
    search was cut short, and what a clock has left of it can't be found again: the agreement is unknown.
    """

    event: Event
    derived: TrialAsked | ModelRefitted | None = None
    agreement: Agreement = Agreement.UNKNOWN


def replay(
    events: Sequence[Event],
    *,
    from_sequence: int = 1,
    skip_computations: bool = False,
    verify_refits: bool = False,
) -> Iterator[Replayed]:
    """Yield each event from a sequence on, in order; every trial is chosen when its turn comes.

    What the log records as decided is taken from it: refits, and ends of strategies by a clock or a model. All else
    is worked out again from the events before.

    Args:
        events: The whole log.
        from_sequence: Nothing is worked out for what comes before.
        skip_computations: Work nothing out, only go through the log.
        verify_refits: Also learn the hyperparameters of every refit anew; those on record are still the ones in use.
    """
    shadow = None if skip_computations else _Shadow(events, from_sequence, verify_refits=verify_refits)
    state = State()
    for event in events:
        state.apply(event)
        if event.sequence >= from_sequence:
            yield Replayed(event) if shadow is None else shadow.compared(event)
        if shadow is not None:
            shadow.go_on(event, state)


class _Shadow:
    """The parts of a replayed experiment, and what it has worked out so far, by the sequence of the event on record."""

    def __init__(self, events: Sequence[Event], from_sequence: int, *, verify_refits: bool) -> None:
        self._assembly: Assembly | None = None
        asks = (ask for ask in recorded_asks(events) if ask.trials[-1][0] >= from_sequence)
        self._asks = {ask.data_sequence: ask for ask in asks}
        self._refits: defaultdict[int, list[tuple[int, ModelRefitted]]] = defaultdict(list)
        for event in events if verify_refits else ():
            if isinstance(event.kind, ModelRefitted) and event.sequence >= from_sequence:
                self._refits[event.kind.data_sequence].append((event.sequence, event.kind))
        self._derived: dict[int, TrialAsked | ModelRefitted | None] = {}

    def go_on(self, event: Event, state: State) -> None:
        """Take in the latest event, and work out what was worked out from the events up to it."""
        if self._assembly is None:
            self._assembly = assemble(state.created.config, Workshop(Inline()), state.created.learned_priors)
        take_in(self._assembly.training, [event])
        for sequence, refitted in self._refits.pop(event.sequence, ()):
            self._derived[sequence] = _refit(self._assembly, state, refitted)
        ask = self._asks.get(event.sequence)
        if ask is not None:
            trials = _choose(self._assembly, state, ask)
            for (sequence, recorded), trial in zip_longest(ask.trials, trials[: len(ask.trials)]):
                self._derived[sequence] = trial and replace(trial, trial_id=recorded.trial_id)

    def compared(self, event: Event) -> Replayed:
        """Hold an event against what was worked out in its place."""
        if event.sequence not in self._derived:
            return Replayed(event)
        derived = self._derived.pop(event.sequence)
        if derived is not None and _bits(event, derived) == _bits(event, event.kind):
            return Replayed(event, derived, Agreement.SAME)
        if _stands_in(event.kind) and _stands_in(derived):
            return Replayed(event)
        return Replayed(event, derived, Agreement.DIFFERENT)


def _choose(assembly: Assembly, state: State, ask: RecordedAsk) -> tuple[TrialAsked, ...]:
    try:
        return choose(assembly.phases, state.situation(), ask.call, ask).trials
    except ServiceError as error:
        if error.reason is not Reason.INVALID_REQUEST:
            raise
        return ()  # there is no trial now where there was one


def _refit(assembly: Assembly, state: State, recorded: ModelRefitted) -> ModelRefitted | None:
    """Learn from the events so far what the log has learned from them."""
    phase = assembly.phases[recorded.strategy_index]
    outcome = recorded.outcome or phase.outcome
    done = phase.learners[outcome].fit_in_time(state.sequence, state.latest_refit(phase.index, outcome), None)
    return done and replace(recorded, hyperparameters=done[1].hyperparameters)


def _stands_in(kind: Kind | None) -> bool:
    return isinstance(kind, TrialAsked) and kind.source is Source.FALLBACK


def _bits(event: Event, kind: Kind) -> bytes:
    """Return an event as the log would have it, but for the call that caused it and notes for people."""
    if isinstance(kind, TrialAsked):
        kind = replace(kind, request=ANONYMOUS, note="")
    return encode(replace(event, kind=kind))[1]
