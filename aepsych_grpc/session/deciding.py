"""What decides in an Ask besides the situation, and therefore enters the log: a clock, and what is ready in time."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aepsych_grpc.core.generators.generator import Belief
from aepsych_grpc.session.ending import asks_the_model, certain, overdue
from aepsych_grpc.session.event import ModelRefitted
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.state import Refit, Situation

NOT_READY = "The model was not ready in time."

FIT_SHARE = 0.6
"""Share of the time left that a refit may take when older hyperparameters can stand in for it."""


class Decisions(Protocol):
    """Decides what does not follow from the situation; `place` is a trial's position in the batch that is asked."""

    def overdue(self, phase: Phase, situation: Situation, place: int) -> str:
        """Say why a strategy has ended before the trial at `place`; nothing when it hasn't."""

    def has_time(self, place: int) -> bool:
        """Whether the model is to choose the trial at `place`, and not a stand-in."""

    def refit(
        self, phase: Phase, outcome: str, situation: Situation, sequence: int
    ) -> tuple[ModelRefitted | None, Refit | None, str]:
        """Return the refit to record at `sequence`, if any, the refit to work with, and what is wrong without one."""

    def certain(self, phase: Phase, situation: Situation, belief: Belief, refit: Refit) -> str:
        """Say why a strategy's model ends it; nothing when it doesn't."""


@dataclass(frozen=True, slots=True)
class Live:
    """Decides here and now: `clock` is the time of the call, `deadline` (`time.monotonic()`) its end; None for none."""

    clock: datetime
    deadline: float | None = None

    def overdue(self, phase: Phase, situation: Situation, place: int) -> str:  # noqa: ARG002  # the clock knows no places
        """Say that a strategy's time is up; nothing when it isn't."""
        return overdue(phase, situation, self.clock)

    def has_time(self, place: int) -> bool:  # noqa: ARG002  # each part of the choice looks at the deadline itself
        """Leave it to the choice itself."""
        return True

    def refit(
        self, phase: Phase, outcome: str, situation: Situation, sequence: int
    ) -> tuple[ModelRefitted | None, Refit | None, str]:
        """Refit the model when that is due; while a refit is not ready, the latest one goes on."""
        learner, latest = phase.learners.get(outcome), situation.refits.get((phase.index, outcome))
        if learner is None or situation.observation_count == 0:
            return None, None, "Nothing has been told that the model could learn from."
        if not learner.refit_due(situation.sequence, latest):
            return None, latest, ""
        left = time_left(self.deadline)
        patience = left * FIT_SHARE if left is not None and latest is not None else left
        done = learner.fit_in_time(situation.sequence, latest, patience)
        if done is None:
            return None, latest, "" if latest else NOT_READY
        data_sequence, fit = done
        event = ModelRefitted(
            strategy_index=phase.index,
            data_sequence=data_sequence,
            hyperparameters=fit.hyperparameters,
            note=fit.note,
            outcome="" if outcome == phase.outcome else outcome,
        )
        return event, Refit(sequence, data_sequence, fit.hyperparameters), ""

    def certain(self, phase: Phase, situation: Situation, belief: Belief, refit: Refit) -> str:
        """Ask the model, where nothing but its belief keeps the strategy from ending."""
        if not asks_the_model(phase, situation):
            return ""
        return certain(phase, situation, belief, refit, self.deadline)


def time_left(deadline: float | None) -> float | None:
    """Return the seconds until a deadline; None for no limit."""
    return None if deadline is None else max(deadline - time.monotonic(), 0.0)
