"""A lesson: what the responses of earlier experiments teach the models of another one."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.models.model import TrainingData
from aepsych_grpc.session.codec import decode
from aepsych_grpc.session.event import LearnedPrior, ObservationCarriedOver
from aepsych_grpc.session.phase import Phase, assemble
from aepsych_grpc.session.teachers import Teacher
from aepsych_grpc.session.training import TrainingSet, take_in
from aepsych_grpc.session.workshop import Workshop
from aepsych_grpc.store.event_store import EventStore

Lesson: TypeAlias = tuple[LearnedPrior, ...]

Told: TypeAlias = Mapping[Teacher, Mapping[str, TrainingSet]]
"""What was told in each experiment, by outcome."""


def learn(store: EventStore, config: ExperimentConfig, teachers: Sequence[Teacher], workshop: Workshop) -> Lesson:
    """Return the prior that teachers teach each model of a config; none for a model that learns nothing from them.

    A prior names only those teachers who have told something to learn from.

    Raises:
        StoreUnavailable: The database can't be read.
    """
    phases = assemble(config, workshop).phases
    told = {teacher: _told(store, teacher, config, phases) for teacher in teachers}
    done: dict[Hashable, tuple[tuple[str, ...], Hyperprior | None]] = {}
    lesson = []
    for phase in phases:
        for outcome in phase.learners:
            # Strategies that learn with the same model from the same responses learn the same.
            same = (outcome, repr(phase.strategy.model), phase.strategy.keep_most_recent)
            if same not in done:
                done[same] = _prior(phase, outcome, told)
            experiment_ids, prior = done[same]
            if prior is not None:
                lesson.append(
                    LearnedPrior(
                        strategy_index=phase.index, outcome=outcome, experiment_ids=experiment_ids, hyperprior=prior
                    )
                )
    return tuple(lesson)


def _told(
    store: EventStore, teacher: Teacher, config: ExperimentConfig, phases: Sequence[Phase]
) -> Mapping[str, TrainingSet]:
    """Return what a teacher has told, as points of the learner's own space."""
    training = {
        outcome: TrainingSet(phase.space, config.stimuli_per_trial, outcome)
        for phase in phases
        for outcome in phase.learners
    }
    stored = store.events(teacher.experiment_id, most=teacher.sequence)
    events = (decode(one.payload) for one in stored)
    # What was carried over is for the experiment to teach that it comes from.
    take_in(training, (event for event in events if not isinstance(event.kind, ObservationCarriedOver)))
    return training


def _prior(phase: Phase, outcome: str, told: Told) -> tuple[tuple[str, ...], Hyperprior | None]:
    """Return the teachers of an outcome's model in a phase, and the prior that they teach."""
    experiment_ids = []
    participants: dict[str, list[TrainingData]] = {}
    for teacher, training in told.items():
        data = training[outcome].latest(phase.strategy.keep_most_recent)
        if len(data):
            experiment_ids.append(teacher.experiment_id)
            participants.setdefault(teacher.participant, []).append(data)
    if not participants:
        return (), None
    return tuple(experiment_ids), phase.learners[outcome].model.population_prior(list(participants.values()))
