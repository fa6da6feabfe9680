"""Replays an experiment from its log: every asked trial is chosen anew, and held against the one on record.

The replayed experiment has parts of its own and shares nothing with the live one.
"""

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aepsych_grpc.core.generators.generator import Source
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.choosing import choose
from aepsych_grpc.session.codec import encode
from aepsych_grpc.session.event import ANONYMOUS, Event, TrialAsked
from aepsych_grpc.session.inline import Inline
from aepsych_grpc.session.phase import Assembly, assemble
from aepsych_grpc.session.recorded import RecordedAsk, recorded_asks
from aepsych_grpc.session.state import State
from aepsych_grpc.session.training import take_in
from aepsych_grpc.session.workshop import Workshop


class Agreement(enum.Enum):
    """Whether a trial as it is chosen anew agrees with the one on record."""

    UNKNOWN = "unknown"
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Replayed:
    """An event as it is on record and, where it asked a trial, the trial as it is chosen anew.

    A trial that stands in for the model's choice is held against the generator's stand-in. If it is another one, its
    search was cut short, and what a clock has left of it can't be found again: the agreement is unknown.
    """

    event: Event
    derived: TrialAsked | None = None
    agreement: Agreement = Agreement.UNKNOWN


def replay(events: Sequence[Event], *, from_sequence: int = 1, skip_computations: bool = False) -> Iterator[Replayed]:
    """Yield each event from a sequence on, in order; every trial is chosen when its turn comes.

    What the log records as decided is taken from it: refits, and ends of strategies by a clock or a model. All else
    is worked out again from the events before.

    Args:
        events: The whole log.
        from_sequence: Nothing is chosen for what comes before.
        skip_computations: Choose nothing, only go through the log.
    """
    shadow = None if skip_computations else _Shadow(events, from_sequence)
    state = State()
    for event in events:
        state.apply(event)
        if event.sequence >= from_sequence:
            yield Replayed(event) if shadow is None else shadow.compared(event)
        if shadow is not None:
            shadow.go_on(event, state)


class _Shadow:
    """The parts of a replayed experiment, and the trials that it has chosen so far, by the sequence of their event."""

    def __init__(self, events: Sequence[Event], from_sequence: int) -> None:
        self._assembly: Assembly | None = None
        asks = (ask for ask in recorded_asks(events) if ask.trials[-1][0] >= from_sequence)
        self._asks = {ask.data_sequence: ask for ask in asks}
        self._chosen: dict[int, TrialAsked | None] = {}

    def go_on(self, event: Event, state: State) -> None:
        """Take in the latest event, and choose the trials that were chosen from the events up to it."""
        if self._assembly is None:
            self._assembly = assemble(state.created.config, Workshop(Inline()), state.created.learned_priors)
        take_in(self._assembly.training, [event])
        ask = self._asks.get(event.sequence)
        if ask is not None:
            trials = _choose(self._assembly, state, ask)
            for i, (sequence, _) in enumerate(ask.trials):
                self._chosen[sequence] = trials[i] if i < len(trials) else None

    def compared(self, event: Event) -> Replayed:
        """Hold an event against what was chosen in its place."""
        if not isinstance(event.kind, TrialAsked) or event.sequence not in self._chosen:
            return Replayed(event)
        derived = self._chosen.pop(event.sequence)
        if derived is None:
            return Replayed(event, None, Agreement.DIFFERENT)
        recorded = event.kind
        derived = replace(derived, trial_id=recorded.trial_id)
        if _bits(event, derived) == _bits(event, recorded):
            return Replayed(event, derived, Agreement.SAME)
        if derived.source is recorded.source is Source.FALLBACK:
            return Replayed(event)
        return Replayed(event, derived, Agreement.DIFFERENT)


def _choose(assembly: Assembly, state: State, ask: RecordedAsk) -> tuple[TrialAsked, ...]:
    try:
        return choose(assembly.phases, state.situation(), ask.call, ask).trials
    except ServiceError as error:
        if error.reason is not Reason.INVALID_REQUEST:
            raise
        return ()  # there is no trial now where there was one


def _bits(event: Event, asked: TrialAsked) -> bytes:
    """Return a trial as the log would have it, but for the call that caused it and notes for people."""
    return encode(replace(event, kind=replace(asked, request=ANONYMOUS, note="")))[1]
