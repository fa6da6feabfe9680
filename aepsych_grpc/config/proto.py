"""Conversion between the contract's messages and the dataclasses that everything else works with."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.config.check import constraints as check_constraints
from aepsych_grpc.config.check import outcomes as check_outcomes
from aepsych_grpc.config.check import parameters as check_parameters
from aepsych_grpc.config.check import population as check_population
from aepsych_grpc.config.check.names import LONGEST_NAME, check_count, check_name, check_unique
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.experiment import Component, ExperimentConfig, PopulationPrior, Stopping, Strategy
from aepsych_grpc.config.strategies import StrategyDraft, complete_strategies
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.v1 import config_pb2 as v1
from aepsych_grpc.v1 import trial_pb2

ROOT = "config"
"""Where the paths of violations begin: the name of the config's field in a SetupRequest."""


def from_proto(message: v1.ExperimentConfig, catalogue: Catalogue) -> ExperimentConfig:
    """Read a config: fill in every default and check it.

    Raises:
        InvalidConfigError: With every mistake.
    """
    violations: list[Violation] = []
    stimuli_per_trial = message.stimuli_per_trial or 1
    seed = message.seed if message.HasField("seed") else None
    if len(message.name) > LONGEST_NAME:
        violations.extend(check_name(message.name, f"{ROOT}.name", "study"))
    before = len(violations)
    parameters = _read_parameters(message.parameters, violations)
    sound_parameters = parameters if len(violations) == before else []
    kinds = {item.name: item.WhichOneof("kind") or "" for item in message.parameters}
    violations.extend(
        check_parameters.check_intensity(message.intensity_parameter, kinds, f"{ROOT}.intensity_parameter")
    )
    violations.extend(check_outcomes.check_stimuli_per_trial(stimuli_per_trial, f"{ROOT}.stimuli_per_trial"))
    before = len(violations)
    outcomes = _read_outcomes(message.outcomes, stimuli_per_trial, violations)
    sound_outcomes = outcomes if len(violations) == before else []
    constraints = _read_constraints(message.constraints, kinds, sound_parameters, violations)
    strategies = complete_strategies(
        [_read_strategy(strategy) for strategy in message.strategies],
        Trials(
            parameters=tuple(sound_parameters),
            outcomes=tuple(sound_outcomes),
            intensity_parameter=message.intensity_parameter,
            outcome_kinds=tuple(item.WhichOneof("kind") or "binary" for item in message.outcomes) or ("binary",),
            stimuli=stimuli_per_trial,
            constraints=tuple(constraints),
        ),
        catalogue,
        f"{ROOT}.strategies",
        violations,
    )
    violations.extend(check_outcomes.check_seed(seed, f"{ROOT}.seed"))
    population_prior = _read_population_prior(message, violations)
    if violations:
        raise InvalidConfigError(violations)
    return ExperimentConfig(
        name=message.name,
        description=message.description,
        labels=dict(message.labels),
        parameters=tuple(parameters),
        outcomes=tuple(outcomes),
        stimuli_per_trial=stimuli_per_trial,
        intensity_parameter=message.intensity_parameter,
        strategies=tuple(strategies),
        seed=seed,
        allow_out_of_bounds=message.allow_out_of_bounds,
        constraints=tuple(constraints),
        population_prior=population_prior,
    )


def _read_population_prior(message: v1.ExperimentConfig, violations: list[Violation]) -> PopulationPrior | None:
    if not message.HasField("population_prior"):
        return None
    given, prior = message.population_prior, PopulationPrior()
    if given.HasField("max_experiments"):
        prior = PopulationPrior(max_experiments=given.max_experiments)
    violations.extend(check_population.check_population_prior(prior, message.name, ROOT))
    return prior


def _read_constraints(
    messages: Sequence[v1.LinearConstraint],
    kinds: Mapping[str, str],
    parameters: Sequence[parameter.Parameter],
    violations: list[Violation],
) -> list[LinearConstraint]:
    root, constraints = f"{ROOT}.constraints", []
    violations.extend(check_count(len(messages), check_constraints.MOST_CONSTRAINTS, root, "constraints"))
    for i, item in enumerate(messages[: check_constraints.MOST_CONSTRAINTS]):
        path, before = f"{root}[{i}]", len(violations)
        terms = [(term.parameter, term.coefficient) for term in item.terms]
        bound = item.upper_bound if item.HasField("upper_bound") else None
        violations.extend(check_constraints.check_terms(terms, bound, kinds, path))
        if len(violations) == before and bound is not None:
            constraint = LinearConstraint(coefficients=dict(terms), upper_bound=bound)
            if parameters:
                violations.extend(check_constraints.check_reachable(constraint, parameters, path))
            constraints.append(constraint)
    return constraints


def _read_parameters(messages: Sequence[v1.Parameter], violations: list[Violation]) -> list[parameter.Parameter]:
    root = f"{ROOT}.parameters"
    violations.extend(check_parameters.check_together([item.WhichOneof("kind") or "" for item in messages], root))
    messages, parameters = messages[: check_parameters.MOST_PARAMETERS], []
    for i, item in enumerate(messages):
        violations.extend(check_name(item.name, f"{root}[{i}].name", "parameter"))
        kind = _read_parameter_kind(item, f"{root}[{i}]", violations)
        if kind is not None:
            parameters.append(
                parameter.Parameter(name=item.name, kind=kind, unit=item.unit, description=item.description)
            )
    violations.extend(check_unique({f"{root}[{i}].name": item.name for i, item in enumerate(messages)}, "parameter"))
    return parameters


def _read_parameter_kind(message: v1.Parameter, path: str, violations: list[Violation]) -> parameter.Kind | None:
    kind = message.WhichOneof("kind")
    path = f"{path}.{kind}" if kind else path
    before = len(violations)
    read: parameter.Kind | None = None
    match kind:
        case "continuous" | "integer":
            interval = message.continuous if kind == "continuous" else message.integer
            lower = interval.lower_bound if interval.HasField("lower_bound") else None
            upper = interval.upper_bound if interval.HasField("upper_bound") else None
            violations.extend(check_parameters.check_interval(lower, upper, path, log_scale=interval.log_scale))
            if lower is not None and upper is not None:
                read = (
                    parameter.Continuous(lower_bound=lower, upper_bound=upper, log_scale=interval.log_scale)
                    if kind == "continuous"
                    else parameter.Integer(lower_bound=int(lower), upper_bound=int(upper), log_scale=interval.log_scale)
                )
        case "binary":
            read = parameter.Binary()
        case "categorical":
            choices = tuple(message.categorical.choices)
            violations.extend(check_parameters.check_choices(choices, f"{path}.choices"))
            read = parameter.Categorical(choices=choices, ordered=message.categorical.ordered)
        case "discrete":
            values, log_scale = tuple(message.discrete.values), message.discrete.log_scale
            violations.extend(check_parameters.check_discrete_values(values, f"{path}.values", log_scale=log_scale))
            read = parameter.Discrete(values=values, log_scale=log_scale)
        case "fixed":
            value = value_from_proto(message.fixed.value)
            violations.extend(check_parameters.check_fixed_value(value, f"{path}.value"))
            read = parameter.Fixed(value=value)
        case _:
            kinds = ", ".join(field.name for field in v1.Parameter.DESCRIPTOR.oneofs_by_name["kind"].fields)
            violations.append(Violation(path, f"Required: what values the parameter takes: one of {kinds}."))
    return read if len(violations) == before else None


def _read_outcomes(
    messages: Sequence[v1.Outcome], stimuli_per_trial: int, violations: list[Violation]
) -> list[outcome.Outcome]:
    root = f"{ROOT}.outcomes"
    messages = messages or [v1.Outcome()]
    names = ["response"] if len(messages) == 1 and not messages[0].name else [item.name for item in messages]
    violations.extend(check_count(len(messages), check_outcomes.MOST_OUTCOMES, root, "outcomes"))
    messages, names = messages[: check_outcomes.MOST_OUTCOMES], names[: check_outcomes.MOST_OUTCOMES]
    for i, name in enumerate(names):
        violations.extend(check_name(name, f"{root}[{i}].name", "outcome"))
    violations.extend(check_unique({f"{root}[{i}].name": name for i, name in enumerate(names)}, "outcome"))
    return [
        outcome.Outcome(name=name, kind=_read_outcome_kind(item, stimuli_per_trial, f"{root}[{i}]", violations))
        for i, (name, item) in enumerate(zip(names, messages, strict=True))
    ]


def _read_outcome_kind(
    message: v1.Outcome, stimuli_per_trial: int, path: str, violations: list[Violation]
) -> outcome.Kind:
    match message.WhichOneof("kind"):
        case "ordinal":
            violations.extend(check_outcomes.check_levels(message.ordinal.levels, f"{path}.ordinal.levels"))
            return outcome.Ordinal(levels=message.ordinal.levels)
        case "continuous":
            return outcome.Continuous(unit=message.continuous.unit)
        case "choice":
            violations.extend(check_outcomes.check_choice(stimuli_per_trial, f"{path}.choice"))
            return outcome.Choice()
        case "proportion":
            trials, at = message.proportion.trials, f"{path}.proportion"
            violations.extend(check_outcomes.check_presentations(trials, f"{at}.trials"))
            return outcome.Proportion(trials=trials, **_read_rates(message.proportion, at, violations))
        case _:
            return outcome.Binary(**_read_rates(message.binary, f"{path}.binary", violations))


def _read_rates(
    message: v1.BinaryOutcome | v1.ProportionOutcome, path: str, violations: list[Violation]
) -> dict[str, float]:
    """Return guess rate, lapse rate and target, which is half way between the ends unless it is given."""
    guess, lapse = message.guess_rate, message.lapse_rate
    target = message.target if message.HasField("target") else None
    violations.extend(check_outcomes.check_rates(guess, lapse, target, path))
    half_way = (guess + 1 - lapse) / 2
    return {"guess_rate": guess, "lapse_rate": lapse, "target": half_way if target is None else target}


def _read_strategy(message: v1.Strategy) -> StrategyDraft:
    return StrategyDraft(
        name=message.name,
        generator=_read_component(message.generator) if message.HasField("generator") else None,
        model=_read_component(message.model) if message.HasField("model") else None,
        acquisition=_read_component(message.acquisition) if message.HasField("acquisition") else None,
        stopping=_read_stopping(message.stopping) if message.HasField("stopping") else None,
        keep_most_recent=message.keep_most_recent if message.HasField("keep_most_recent") else None,
        skip_with_warm_start=message.skip_with_warm_start,
    )


def _read_component(message: v1.Component) -> Component:
    options = {name: value_from_proto(value) for name, value in message.options.fields.items()}
    return Component(name=message.name, options=options)


def _read_stopping(message: v1.Stopping) -> Stopping:
    return Stopping(
        min_asks=message.min_asks if message.HasField("min_asks") else None,
        max_asks=message.max_asks if message.HasField("max_asks") else None,
        min_total_tells=message.min_total_tells if message.HasField("min_total_tells") else None,
        min_outcome_occurrences=(
            message.min_outcome_occurrences if message.HasField("min_outcome_occurrences") else None
        ),
        run_indefinitely=message.run_indefinitely,
        min_posterior_range=message.min_posterior_range if message.HasField("min_posterior_range") else None,
        max_threshold_interval=message.max_threshold_interval if message.HasField("max_threshold_interval") else None,
        max_seconds=message.max_seconds if message.HasField("max_seconds") else None,
    )


def to_proto(config: ExperimentConfig) -> v1.ExperimentConfig:
    """Write a config; reading it again gives an equal one."""
    return v1.ExperimentConfig(
        name=config.name,
        description=config.description,
        labels=config.labels,
        parameters=[_write_parameter(item) for item in config.parameters],
        outcomes=[_write_outcome(item) for item in config.outcomes],
        stimuli_per_trial=config.stimuli_per_trial,
        intensity_parameter=config.intensity_parameter,
        strategies=[_write_strategy(strategy) for strategy in config.strategies],
        seed=config.seed,
        allow_out_of_bounds=config.allow_out_of_bounds,
        constraints=[
            v1.LinearConstraint(
                terms=[v1.LinearTerm(parameter=name, coefficient=a) for name, a in item.coefficients.items()],
                upper_bound=item.upper_bound,
            )
            for item in config.constraints
        ],
        population_prior=(
            v1.PopulationPrior(max_experiments=config.population_prior.max_experiments)
            if config.population_prior
            else None
        ),
    )


def _write_parameter(item: parameter.Parameter) -> v1.Parameter:
    message = v1.Parameter(name=item.name, unit=item.unit, description=item.description)
    match item.kind:
        case parameter.Continuous(lower_bound=lower, upper_bound=upper, log_scale=log_scale):
            message.continuous.CopyFrom(
                v1.ContinuousParameter(lower_bound=lower, upper_bound=upper, log_scale=log_scale)
            )
        case parameter.Integer(lower_bound=lower, upper_bound=upper, log_scale=log_scale):
            message.integer.CopyFrom(v1.IntegerParameter(lower_bound=lower, upper_bound=upper, log_scale=log_scale))
        case parameter.Binary():
            message.binary.SetInParent()
        case parameter.Categorical(choices=choices, ordered=ordered):
            message.categorical.CopyFrom(v1.CategoricalParameter(choices=choices, ordered=ordered))
        case parameter.Discrete(values=values, log_scale=log_scale):
            message.discrete.CopyFrom(v1.DiscreteParameter(values=values, log_scale=log_scale))
        case parameter.Fixed(value=value):
            message.fixed.value.CopyFrom(value_to_proto(value))
    return message


def _write_outcome(item: outcome.Outcome) -> v1.Outcome:
    message = v1.Outcome(name=item.name)
    match item.kind:
        case outcome.Binary(guess_rate=guess, lapse_rate=lapse, target=target):
            message.binary.CopyFrom(v1.BinaryOutcome(guess_rate=guess, lapse_rate=lapse, target=target))
        case outcome.Proportion(trials=trials, guess_rate=guess, lapse_rate=lapse, target=target):
            message.proportion.CopyFrom(
                v1.ProportionOutcome(trials=trials, guess_rate=guess, lapse_rate=lapse, target=target)
            )
        case outcome.Ordinal(levels=levels):
            message.ordinal.levels = levels
        case outcome.Continuous(unit=unit):
            message.continuous.CopyFrom(v1.ContinuousOutcome(unit=unit))
            message.continuous.SetInParent()
        case outcome.Choice():
            message.choice.SetInParent()
    return message


def _write_strategy(strategy: Strategy) -> v1.Strategy:
    stopping = strategy.stopping
    return v1.Strategy(
        name=strategy.name,
        generator=_write_component(strategy.generator),
        model=_write_component(strategy.model) if strategy.model else None,
        acquisition=_write_component(strategy.acquisition) if strategy.acquisition else None,
        stopping=v1.Stopping(
            min_asks=stopping.min_asks,
            max_asks=stopping.max_asks,
            min_total_tells=stopping.min_total_tells,
            min_outcome_occurrences=stopping.min_outcome_occurrences,
            run_indefinitely=stopping.run_indefinitely,
            min_posterior_range=stopping.min_posterior_range,
            max_threshold_interval=stopping.max_threshold_interval,
            max_seconds=stopping.max_seconds,
        ),
        keep_most_recent=strategy.keep_most_recent,
        skip_with_warm_start=strategy.skip_with_warm_start,
    )


def _write_component(component: Component) -> v1.Component:
    return v1.Component(name=component.name, options=_struct(component.options) if component.options else None)


def value_from_proto(message: Value) -> Any:
    """Return a JSON value as Python has it: None, float, str, bool, list or dict."""
    match message.WhichOneof("kind"):
        case "number_value":
            return message.number_value
        case "string_value":
            return message.string_value
        case "bool_value":
            return message.bool_value
        case "struct_value":
            return {name: value_from_proto(value) for name, value in message.struct_value.fields.items()}
        case "list_value":
            return [value_from_proto(value) for value in message.list_value.values]
        case _:
            return None


def value_to_proto(value: Any) -> Value:
    """Write None, a number, a string, a bool, or a list or mapping of these.

    Raises:
        TypeError: For anything else.
    """
    message = Value()
    if value is None:
        message.null_value = 0  # type: ignore[assignment]  # the enum's one number; the stubs want the named constant
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int | float):
        message.number_value = value
    elif isinstance(value, str):
        message.string_value = value
    elif isinstance(value, Mapping):
        message.struct_value.CopyFrom(_struct(value))
    elif isinstance(value, list | tuple):
        message.list_value.values.extend(value_to_proto(entry) for entry in value)
        message.list_value.SetInParent()
    else:
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return message


def _struct(values: Mapping[str, Any]) -> Struct:
    message = Struct()
    for name, value in values.items():
        message.fields[name].CopyFrom(value_to_proto(value))
    return message


def stimulus_from_proto(message: trial_pb2.Stimulus) -> dict[str, Any]:
    """Return the values of a stimulus by parameter name, unchecked."""
    return {name: value_from_proto(value) for name, value in message.values.items()}


def stimulus_to_proto(values: Mapping[str, Any]) -> trial_pb2.Stimulus:
    """Write a stimulus."""
    return trial_pb2.Stimulus(values={name: value_to_proto(value) for name, value in values.items()})
