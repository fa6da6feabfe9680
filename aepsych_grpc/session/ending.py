"""Ends of strategies that a clock or a model decides: found when an Ask needs them, and then recorded as events."""

import time
from datetime import datetime

from aepsych_grpc.core.alternatives import parts
from aepsych_grpc.core.certainty import certainty
from aepsych_grpc.core.generators.generator import Belief
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.stopping import awaits_verdict
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.progress import counts
from aepsych_grpc.session.state import Refit, Situation


def overdue(phase: Phase, situation: Situation, clock: datetime) -> str:
    """Say that a strategy's time is up; nothing when it isn't."""
    most, begin = phase.strategy.stopping.max_seconds, situation.begin_times.get(phase.index)
    if most is None or begin is None:
        return ""
    passed = (clock - begin).total_seconds()
    return f"{passed:.3g} s since its first Ask, at most {most:g} wanted" if passed >= most else ""


def asks_the_model(phase: Phase, situation: Situation) -> bool:
    """Whether nothing but the model's belief keeps a strategy from ending."""
    return awaits_verdict(phase.strategy.stopping, counts(phase, situation))


def certain(phase: Phase, situation: Situation, belief: Belief, refit: Refit, deadline: float | None) -> str:
    """Say why a strategy's model believes firmly enough; nothing when it doesn't, or when `deadline` has passed.

    Nothing, too, when the numbers fail: then nobody knows how firmly.

    The rules are about beliefs averaged over the hyperparameters, as queries are. These are made only when the one
    belief that trials are chosen by fulfils the rules: it costs a tenth or less and, being more certain, fulfils them
    earlier.
    """
    learner, rules = phase.learner, phase.strategy.stopping
    if learner is None or (deadline is not None and time.monotonic() >= deadline):
        return ""

    def judge(readout: tuple[Posterior, ...], response: Response) -> str:
        return certainty(rules, readout, response, phase.space, intensity=phase.intensity, target=phase.target)

    try:
        if not judge(parts(belief.posterior), belief.response):
            return ""
        left = None if deadline is None else max(deadline - time.monotonic(), 0.0)
        found = learner.readout_in_time(situation.sequence, refit, left)
        return judge(*found) if found else ""
    except NUMERICAL_FAILURES:
        return ""
