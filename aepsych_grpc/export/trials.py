"""The trials of experiments, a block at a time, with what models expect of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aepsych_grpc.core.queries.estimate import Estimate
from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.export.column import Row, Subject
from aepsych_grpc.session.call import Trial
from aepsych_grpc.session.expected import expected_responses
from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.session.fitted import Fitted

BLOCK = 500
"""Trials that are worked on together."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Which predictions are wanted: the level of their credible intervals, and when nobody waits for them any more."""

    level: float
    deadline: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Some trials, or none at the end of an experiment; `progress` is the part of all that was done before them."""

    rows: tuple[Row, ...]
    progress: float


def blocks(experiments: Experiments, subjects: Sequence[Subject], posterior: Posterior | None) -> Iterator[Block]:
    """Go through the trials of one experiment after the other, each as it stands when its turn comes.

    Raises:
        ServiceError: EXPERIMENT_NOT_FOUND, STORE_UNAVAILABLE; DEADLINE_EXCEEDED or INTERNAL_FAULT from predictions.
    """
    for i, subject in enumerate(subjects):
        experiment = experiments.open(subject.experiment_id)
        trials, sequence = experiment.trials()
        models = _models(experiment, subject, sequence, posterior) if posterior and trials else {}
        level = posterior.level if posterior else 0.0
        for start in range(0, len(trials), BLOCK):
            some = trials[start : start + BLOCK]
            yield Block(tuple(_rows(subject, some, models, level)), (i + start / len(trials)) / len(subjects))
        yield Block((), (i + 1) / len(subjects))


def _models(experiment: Experiment, subject: Subject, sequence: int, posterior: Posterior) -> dict[str, Fitted]:
    """Fit the models of all outcomes that one learns from, as far as there is something to learn from."""
    models = {}
    for outcome in subject.created.config.outcomes:
        try:
            models[outcome.name] = experiment.fitted(sequence, outcome.name, posterior.deadline)
        except ServiceError as error:
            if error.reason is not Reason.NOTHING_TO_MODEL:
                raise
    return models


def _rows(subject: Subject, trials: Sequence[Trial], models: dict[str, Fitted], level: float) -> Iterator[Row]:
    bare = [Row(subject, trial, {}) for trial in trials]
    expected: dict[str, tuple[Estimate, ...]] = {
        outcome: expected_responses(fitted, [row.stimuli for row in bare], level) for outcome, fitted in models.items()
    }
    for j, row in enumerate(bare):
        yield Row(subject, row.trial, {outcome: estimates[j] for outcome, estimates in expected.items()})
