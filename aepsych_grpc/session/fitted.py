"""A model fitted to an experiment's observations up to any point, for queries."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config.violation import Violation, nearest_name
from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.numerical_failure import NUMERICAL_FAILURES
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.session.phase import Phase
from aepsych_grpc.session.state import Refit, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What queries work with.

    Attributes:
        model_name: The model's name in the catalogue.
        space: The parameters as coordinates.
        response: How the latent field makes responses.
        target: The response probability that defines the threshold; None for an outcome that has none.
        intensity: Name of the intensity parameter; empty if none is declared.
        readout: Equally likely beliefs.
        belief: Makes the belief that trials are chosen by.
        acquisition: What makes a trial informative; None where no trial is chosen for the outcome by one.
        strategy: Name of the strategy whose model it is.
        sequence: The observations are those up to this sequence.
        observation_count: How many they are.
    """

    model_name: str
    space: Space
    response: Response
    target: float | None
    intensity: str
    readout: tuple[Posterior, ...]
    belief: Callable[[], Posterior]
    acquisition: Acquisition | None
    strategy: str
    sequence: int
    observation_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which model a query is about: found under the log's lock, so that the slow part needs none."""

    space: Space
    learner: Learner
    sequence: int
    refit: Refit | None
    target: float | None
    intensity: str
    acquisition: Acquisition | None
    by_alternatives: bool
    strategy: str


def question(state: State, phases: Sequence[Phase], at_sequence: int | None, outcome: str) -> Question:
    """Find the model that a query is about: that of the strategy that asked last, or of the nearest one with a model.

    Every answer is a function of the log up to the sequence, whatever has happened since.

    `outcome` is the one in question; empty for the first that a model learns from.

    Raises:
        ServiceError: INVALID_REQUEST for an unknown outcome or a sequence beyond the log, NOTHING_TO_MODEL.
    """
    config = state.created.config
    names = [one.name for one in config.outcomes]
    sequence = state.sequence if at_sequence is None else at_sequence
    violations = []
    if outcome and outcome not in names:
        message = f'"{outcome}" given; the experiment has: {", ".join(names)}.' + nearest_name(outcome, names)
        violations.append(Violation("outcome", message))
    if not 1 <= sequence <= state.sequence:
        violations.append(Violation("at_sequence", f"{sequence} given; the log has 1 to {state.sequence}."))
    if violations:
        raise ServiceError(Reason.INVALID_REQUEST, "The query is not valid.", violations=violations)
    phase = _nearest_with_model(phases, state.strategy_at(sequence))
    if phase is None:
        raise _nothing("No strategy of the experiment has a model; give one a model to be able to query.")
    outcome = outcome or next(name for name in names if name in phase.learners)
    if outcome not in phase.learners:
        raise _nothing(f'No model learns from "{outcome}"; models learn from: {", ".join(phase.learners)}.')
    kind = next(one.kind for one in config.outcomes if one.name == outcome)
    learner = phase.learners[outcome]
    return Question(
        space=phase.space,
        learner=learner,
        sequence=sequence,
        refit=state.latest_refit(phase.index, outcome, sequence),
        target=kind.target if isinstance(kind, outcomes.Psychometric) else None,
        intensity=config.intensity_parameter,
        acquisition=phase.acquisitions.get(outcome),
        by_alternatives=phase.judges_by_alternatives(outcome),
        strategy=phase.strategy.name,
    )


def answer(question: Question, timeout: float | None) -> Fitted:
    """Fit the model that a query is about.

    Raises:
        ServiceError: NOTHING_TO_MODEL, DEADLINE_EXCEEDED, INTERNAL_FAULT when the numbers fail.
    """
    learner = question.learner
    count = learner.count(question.sequence)
    if count == 0:
        raise _nothing("Nothing has been told that a model could learn from; tell responses first.")
    with numbers(learner.name, count):
        found = learner.readout_in_time(question.sequence, question.refit, timeout)
    if found is None:
        raise ServiceError(
            Reason.DEADLINE_EXCEEDED,
            f"The model of {count} observations was not ready when the "
            "call's deadline passed; it is being fitted. Ask again, or allow more time.",
        )
    readout, response = found
    return Fitted(
        model_name=learner.name,
        space=question.space,
        response=response,
        target=question.target,
        intensity=question.intensity,
        readout=readout,
        belief=partial(learner.belief_at, question.sequence, question.refit, by_alternatives=question.by_alternatives),
        acquisition=question.acquisition,
        strategy=question.strategy,
        sequence=question.sequence,
        observation_count=count,
    )


@contextmanager
def numbers(model_name: str, count: int) -> Iterator[None]:
    """Turn failing numbers into an answer that says whose they are.

    Raises:
        ServiceError: INTERNAL_FAULT.
    """
    try:
        yield
    except NUMERICAL_FAILURES as error:
        raise ServiceError(
            Reason.INTERNAL_FAULT,
            f'The numbers of the model "{model_name}" fail with its {count} observations: {error} Responses are safe, '
            "and trials go on; tell more, look for responses that can't be, or query the observations "
            "up to an earlier sequence (at_sequence).",
        ) from error


def _nearest_with_model(phases: Sequence[Phase], start: int) -> Phase | None:
    """Return the phase at `start` or the next one with a model, else the last one before it that has one."""
    later = [phase for phase in phases[start:] if phase.learner]
    earlier = [phase for phase in phases[:start] if phase.learner]
    return later[0] if later else earlier[-1] if earlier else None


def _nothing(message: str) -> ServiceError:
    return ServiceError(Reason.NOTHING_TO_MODEL, message)
