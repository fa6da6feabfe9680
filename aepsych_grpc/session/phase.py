"""A strategy of an experiment, ready to run: its parts built from the catalogue."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aepsych_grpc.config import outcome as outcomes
from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Strategy
from aepsych_grpc.config.learning import Learned, default_for, is_learnable, leading_outcome, learned_of
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.acquisition.acquisition import Acquisition, ByAlternatives
from aepsych_grpc.core.acquisition.context import AcquisitionContext
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import ForOutcomes, Generator
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.hyperprior import Hyperprior
from aepsych_grpc.core.space.rejection import MOST_TRIED, kept_points
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space
from aepsych_grpc.session.event import LearnedPrior
from aepsych_grpc.session.learner import Learner
from aepsych_grpc.session.training import TrainingSet
from aepsych_grpc.session.workshop import Workshop

REFERENCES = 128
"""Points that stand for the whole space where a model needs some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A strategy and its parts.

    Attributes:
        index: Its position, from 0.
        strategy: What the config says of it.
        seed: Seed of its random choices.
        space: The parameters as coordinates.
        outcome: Name of the outcome that trials are chosen for: that of the first learner, else the first outcome.
        binary_outcomes: Names of the outcomes whose occurrences count for stopping.
        generator: How trials are chosen.
        adaptive: Whether the generator needs the model's belief.
        learners: Keep the models in step with the log, by outcome; unless the generator says otherwise, trials are
            chosen for the first. Empty without a model.
        acquisitions: What makes a trial informative, by the outcome that it is chosen for; empty for generators that
            use none.
        intensity: Name of the parameter along which the threshold lies; empty when none is declared.
        target: The response at threshold; NaN where that outcome has none.
    """

    index: int
    strategy: Strategy
    seed: int
    space: Space
    outcome: str
    binary_outcomes: tuple[str, ...]
    generator: Generator
    adaptive: bool
    learners: Mapping[str, Learner]
    acquisitions: Mapping[str, Acquisition]
    intensity: str
    target: float

    @property
    def learner(self) -> Learner | None:
        """The learner of the outcome that the strategy's model is for."""
        return next(iter(self.learners.values()), None)

    def judges_by_alternatives(self, outcome: str) -> bool:
        """Whether trials for an outcome are chosen by several equally likely beliefs."""
        acquisition = self.acquisitions.get(outcome)
        return isinstance(acquisition, ByAlternatives) and acquisition.by_alternatives

    def outcome_at(self, index: int) -> str:
        """Return the name of the outcome that the trial `index` of the strategy is chosen for."""
        generator = self.generator
        return generator.outcome_at(self.seed, index) if isinstance(generator, ForOutcomes) else self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembly:
    """An experiment's moving parts: its strategies and the observations that their models share, by outcome."""

    training: Mapping[str, TrainingSet]
    phases: tuple[Phase, ...]


def assemble(config: ExperimentConfig, workshop: Workshop, learned_priors: Sequence[LearnedPrior] = ()) -> Assembly:
    """Build the parts of a complete config; fits run in the workshop.

    Models that `learned_priors` are about begin with these instead of their own.

    Raises:
        InvalidConfigError: A part can't be built with its options.
    """
    space = Space(config.parameters, config.constraints)
    if not len(kept_points(lambda skip, count: space.snap(sobol_points(space.d, count, seed=0, skip=skip)), space, 1)):
        message = f"Of {MOST_TRIED} stimuli spread over the space none keeps to all constraints; loosen them."
        raise InvalidConfigError([Violation("config.constraints", message)])
    training = {
        outcome.name: TrainingSet(space, config.stimuli_per_trial, outcome.name)
        for outcome in config.outcomes
        if is_learnable(outcome.kind_name, config.stimuli_per_trial)
    }
    priors = {(one.strategy_index, one.outcome): one.hyperprior for one in learned_priors}
    phases = tuple(_build(config, index, space, training, workshop, priors) for index in range(len(config.strategies)))
    return Assembly(training=training, phases=phases)


def _build(
    config: ExperimentConfig,
    index: int,
    space: Space,
    training: Mapping[str, TrainingSet],
    workshop: Workshop,
    priors: Mapping[tuple[int, str], Hyperprior],
) -> Phase:
    strategy, path = config.strategies[index], f"config.strategies[{index}]"
    binary = tuple(outcome for outcome in config.outcomes if isinstance(outcome.kind, outcomes.Binary))
    learned = learned_of(config, strategy, CATALOGUE.models)
    leading = leading_outcome(config, strategy, CATALOGUE.models)
    generator_context = GeneratorContext(
        space=space,
        stimuli_per_trial=config.stimuli_per_trial,
        outcome=leading.kind,
        learned=tuple(config.outcomes[one.outcome] for one in learned),
        intensity_parameter=config.intensity_parameter,
    )
    generator: Generator = _make(CATALOGUE.generators, strategy.generator, generator_context, f"{path}.generator")
    return Phase(
        index=index,
        strategy=strategy,
        seed=int(np.random.SeedSequence([config.seed or 0, index]).generate_state(1)[0]),
        space=space,
        outcome=leading.name,
        binary_outcomes=tuple(outcome.name for outcome in binary),
        generator=generator,
        adaptive=CATALOGUE.generators[strategy.generator.name].needs_model,
        learners={
            (name := config.outcomes[one.outcome].name): _learner(
                config, strategy, one, space, training, workshop, path, priors.get((index, name))
            )
            for one in learned
        },
        acquisitions=_acquisitions(strategy, generator, leading, generator_context.learned, path),
        intensity=config.intensity_parameter,
        target=leading.kind.target if isinstance(leading.kind, outcomes.Psychometric) else math.nan,
    )


def _acquisitions(
    strategy: Strategy, generator: Generator, leading: Outcome, learned: Sequence[Outcome], path: str
) -> dict[str, Acquisition]:
    """Build the acquisition function of each outcome that trials are chosen for."""
    own = strategy.acquisition
    if own is None:
        return {}
    components = {leading.name: own}
    if isinstance(generator, ForOutcomes):
        for outcome in learned[1:]:
            alike = Component(name=own.name) if outcome.kind_name == leading.kind_name else None
            named = generator.acquisition_names.get(outcome.name)
            found = Component(name=named) if named else alike or default_for(CATALOGUE.acquisitions, outcome.kind_name)
            if found is not None:
                components[outcome.name] = found
    kinds = {outcome.name: outcome.kind for outcome in (leading, *learned)}
    return {
        name: _make(CATALOGUE.acquisitions, part, AcquisitionContext(outcome=kinds[name]), f"{path}.acquisition")
        for name, part in components.items()
    }


def _learner(
    config: ExperimentConfig,
    strategy: Strategy,
    learned: Learned,
    space: Space,
    training: Mapping[str, TrainingSet],
    workshop: Workshop,
    path: str,
    hyperprior: Hyperprior | None,
) -> Learner:
    outcome = config.outcomes[learned.outcome]
    context = ModelContext(
        d=space.d,
        intensity=space.index(config.intensity_parameter) if config.intensity_parameter else None,
        categorical=tuple(i in space.unordered for i in range(space.d)),
        levels=tuple(axis.levels for axis in space.axes),
        outcome=outcome.kind,
        reference=space.snap(sobol_points(space.d, REFERENCES, seed=0)),
        hyperprior=hyperprior,
        space=space,
    )
    model = _make(CATALOGUE.models, learned.model, context, f"{path}.model")
    return Learner(learned.model.name, model, training[outcome.name], workshop, strategy.keep_most_recent)


def _make(entries: Mapping[str, Entry[Any]], component: Component, context: Any, path: str) -> Any:
    entry = entries[component.name]
    options, violations = read_options(entry.options, component.options, f"{path}.options")
    if options is None:
        raise InvalidConfigError(violations)
    try:
        return entry.build(context, options)
    except InvalidConfigError as error:
        raise InvalidConfigError(replace(one, path=f"{path}.{one.path}") for one in error.violations) from None
