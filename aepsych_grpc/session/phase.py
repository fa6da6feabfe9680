"""A strategy of an experiment, ready to run: its parts built from the catalogue."""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Strategy
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.violation import InvalidConfigError
from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Generator
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.session.training import TrainingSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A strategy and its parts.

    Attributes:
        index: Its position, from 0.
        strategy: What the config says of it.
        seed: Seed of its random choices.
        space: The parameters as coordinates.
        binary_outcomes: Names of the outcomes whose occurrences count for stopping.
        generator: How trials are chosen.
        learner: Keeps the model in step with the log; None without a model.
        acquisition: What makes a trial informative; None for generators that use none.
    """

    index: int
    strategy: Strategy
    seed: int
    space: Space
    binary_outcomes: tuple[str, ...]
    generator: Generator
    learner: Learner | None
    acquisition: Acquisition | None


def build_phases(config: ExperimentConfig, space: Space, training: TrainingSet, executor: Executor) -> tuple[Phase, ...]:
    """Build every strategy of a complete config."""
    return tuple(_build(config, index, space, training, executor) for index in range(len(config.strategies)))


def _build(
    config: ExperimentConfig, index: int, space: Space, training: TrainingSet, executor: Executor
) -> Phase:
    strategy = config.strategies[index]
    binary = tuple(outcome for outcome in config.outcomes if isinstance(outcome.kind, outcomes.Binary))
    learner = acquisition = None
    if strategy.model is not None:
        kind = config.outcomes[0].kind
        if not isinstance(kind, outcomes.Binary):
            raise TypeError(f"No response is known for an outcome {kind!r}.")
        response = BinaryResponse(guess_rate=kind.guess_rate, lapse_rate=kind.lapse_rate)
        model_context = ModelContext(
            d=space.d,
            intensity=space.index(config.intensity_parameter) if config.intensity_parameter else None,
            categorical=tuple(i in space.unordered for i in range(space.d)),
            response=response,
            outcome_kind="binary",
        )
        learner = Learner(_make(CATALOGUE.models, strategy.model, model_context), training, executor)
        if strategy.acquisition is not None:
            acquisition_context = AcquisitionContext(target=kind.target, response=response)
            acquisition = _make(CATALOGUE.acquisitions, strategy.acquisition, acquisition_context)
    generator_context = GeneratorContext(space=space, stimuli_per_trial=config.stimuli_per_trial)
    return Phase(
        index=index,
        strategy=strategy,
        seed=int(np.random.SeedSequence([config.seed or 0, index]).generate_state(1)[0]),
        space=space,
        binary_outcomes=tuple(outcome.name for outcome in binary),
        generator=_make(CATALOGUE.generators, strategy.generator, generator_context),
        learner=learner,
        acquisition=acquisition,
    )


def _make(entries: Mapping[str, Entry[Any]], component: Component, context: Any) -> Any:
    """Build a part from the catalogue. Raises InvalidConfigError for a config that this version does not know."""
    entry = entries[component.name]
    options, violations = read_options(entry.options, component.options, component.name)
    if options is None:
        raise InvalidConfigError(violations)
    return entry.build(context, options)
