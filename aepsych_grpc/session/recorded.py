"""What the log has of each Ask, and with it all that was decided besides what follows from the events before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aepsych_grpc.core.generators.generator import Belief, Source
from aepsych_grpc.session.call import AskCall
from aepsych_grpc.session.event import Event, ModelRefitted, StrategyFinished, TrialAsked
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.state import Key, Refit, Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAsk:
    """An Ask that chose trials, as it is on record: its decisions are those that were made then.

    Attributes:
        trials: The trials in order, with the sequence of their events.
        refits: The refits that took effect with it. As in the log, the outcome that the strategy's model is for has no
            name.
        ended: Strategies that a clock or a model ended with it.
    """

    trials: tuple[tuple[int, TrialAsked], ...]
    refits: Mapping[Key, Refit]
    ended: frozenset[int]

    @property
    def data_sequence(self) -> int:
        """The trials were chosen from the events up to this sequence."""
        return self.trials[0][1].data_sequence

    @property
    def call(self) -> AskCall:
        """The call, with all the time that it may take."""
        first = self.trials[0][1]
        return AskCall(count=len(self.trials), fixed_parameters=first.fixed_parameters)

    def overdue(self, phase: Phase, situation: Situation, place: int) -> str:  # noqa: ARG002  # the record says it all
        """Say that the strategy was ended, by a clock or its model, before the trial at `place` was chosen."""
        turned = self.trials[place][1].strategy_index != phase.index
        return "as recorded" if turned and phase.index in self.ended else ""

    def has_time(self, place: int) -> bool:
        """Whether the model has chosen the trial at `place`, and not a stand-in."""
        return self.trials[place][1].source is not Source.FALLBACK

    def refit(
        self,
        phase: Phase,
        outcome: str,
        situation: Situation,
        sequence: int,  # noqa: ARG002  # the record has its own
    ) -> tuple[ModelRefitted | None, Refit | None, str]:
        """Return the refit of this call where there was one, else the latest."""
        latest = situation.refits.get((phase.index, outcome))
        name = "" if outcome == phase.outcome else outcome
        recorded = self.refits.get((phase.index, name))
        if recorded is None or recorded == latest:
            return None, latest, ""
        event = ModelRefitted(
            strategy_index=phase.index,
            data_sequence=recorded.data_sequence,
            hyperparameters=recorded.hyperparameters,
            outcome=name,
        )
        return event, recorded, ""

    def certain(self, phase: Phase, situation: Situation, belief: Belief, refit: Refit) -> str:  # noqa: ARG002
        """Say nothing: what the model has ended is known before (`overdue`)."""
        return ""


def recorded_asks(events: Iterable[Event]) -> Iterator[RecordedAsk]:
    """Yield the Asks of a log that chose trials.

    An Ask adds its events in one piece: refits, ends of strategies with their reason, then its trials.
    """
    refits: dict[Key, Refit] = {}
    ended: set[int] = set()
    trials: list[tuple[int, TrialAsked]] = []
    for event in events:
        kind = event.kind
        if isinstance(kind, ModelRefitted):
            key = (kind.strategy_index, kind.outcome)
            refits[key] = Refit(event.sequence, kind.data_sequence, kind.hyperparameters)
        elif isinstance(kind, StrategyFinished) and kind.reason:
            ended.add(kind.strategy_index)
        elif isinstance(kind, TrialAsked):
            trials.append((event.sequence, kind))
            if len(trials) == kind.batch_size:
                yield RecordedAsk(trials=tuple(trials), refits=refits, ended=frozenset(ended))
                refits, ended, trials = {}, set(), []
        else:
            refits, ended = {}, set()
