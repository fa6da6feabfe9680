"""What a config means, in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config import outcome, parameter
from aepsych_grpc.config.catalogue import Catalogue, Entry
from aepsych_grpc.config.duration import TrialCount, total, trial_count
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Stopping, Strategy
from aepsych_grpc.config.learning import learned_outcomes
from aepsych_grpc.config.options import read_options
from aepsych_grpc.config.violation import shown

MOST_LISTED = 8
"""Choices or values that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an explanation: a heading, and what is said of each thing under it."""

    heading: str
    entries: tuple[tuple[str, str], ...]


def explain(config: ExperimentConfig, catalogue: Catalogue) -> tuple[Section, ...]:
    """Explain a config section by section."""
    stimuli = "one stimulus" if config.stimuli_per_trial == 1 else f"{config.stimuli_per_trial} stimuli"
    counts = [trial_count(strategy.stopping) for strategy in config.strategies]
    return (
        Section(
            f"A trial shows {stimuli}, described by",
            tuple((item.name, _parameter(item, config)) for item in config.parameters),
        ),
        Section("A trial yields", tuple((item.name, _outcome(item.kind)) for item in config.outcomes)),
        Section(
            f"Trials are chosen in {_counted(len(config.strategies), 'phase')}",
            tuple((strategy.name, _strategy(strategy, config, catalogue)) for strategy in config.strategies),
        ),
        Section("In all", (("trials", _trials(total(counts))), *_settings(config))),
    )


def _parameter(item: parameter.Parameter, config: ExperimentConfig) -> str:
    parts = [values_of(item.kind, f" {item.unit}" if item.unit else "")]
    if item.name == config.intensity_parameter:
        parts.append("responses rise along it")
    if item.description:
        parts.append(item.description)
    return "; ".join(parts)


def values_of(kind: parameter.Kind, unit: str = "") -> str:
    """Say what values a parameter takes; `unit` with a space before it."""
    scale = ", on a log scale" if getattr(kind, "log_scale", False) else ""
    match kind:
        case parameter.Continuous(lower_bound=lower, upper_bound=upper):
            return f"{shown(lower)} to {shown(upper)}{unit}{scale}"
        case parameter.Integer(lower_bound=lower, upper_bound=upper):
            return f"whole numbers from {shown(lower)} to {shown(upper)}{unit}{scale}"
        case parameter.Binary():
            return "true or false"
        case parameter.Categorical(choices=choices, ordered=ordered):
            return f"{'ordered choices' if ordered else 'one of'}: {_listed(choices)}"
        case parameter.Discrete(values=values):
            return f"one of {_listed([shown(value) for value in values])}{unit}{scale}"
        case parameter.Fixed(value=value):
            return f"always {value if isinstance(value, str) else shown(value)}{unit}"


def _listed(texts: tuple[str, ...] | list[str]) -> str:
    if len(texts) <= MOST_LISTED:
        return ", ".join(texts)
    return f"{', '.join(texts[:3])}, ... {texts[-1]} ({len(texts)} in all)"


def _outcome(kind: outcome.Kind) -> str:
    match kind:
        case outcome.Binary():
            return f"1 (yes, right) or 0 (no, wrong). {_rates(kind, '1')}"
        case outcome.Proportion(trials=trials):
            of = f"how many of {_counted(trials, 'presentation')} are yes or right: 0 to {trials}"
            return f"{of}. {_rates(kind, 'yes or right')}"
        case outcome.Ordinal(levels=levels):
            return f"a rating from 0 to {levels - 1}"
        case outcome.Continuous(unit=unit):
            return "a number" + (f" in {unit}" if unit else "")
        case outcome.Choice():
            return "which stimulus was chosen: its position, from 0"


def _rates(kind: outcome.Psychometric, positive: str) -> str:
    return (
        f"By chance {_percent(kind.guess_rate)} are {positive}, with the strongest stimulus "
        f"{_percent(1 - kind.lapse_rate)}; the threshold is where {_percent(kind.target)} are"
    )


def _percent(probability: float) -> str:
    return f"{100 * probability:.4g} %"


def _strategy(strategy: Strategy, config: ExperimentConfig, catalogue: Catalogue) -> str:
    generator = catalogue.generators[strategy.generator.name]
    sentences = [f"{generator.name}: {generator.summary}", *_own_options(strategy.generator, generator)]
    if strategy.acquisition:
        acquisition = catalogue.acquisitions[strategy.acquisition.name]
        sentences.append(f"What makes a trial informative is {acquisition.name}: {acquisition.summary}")
        sentences.extend(_own_options(strategy.acquisition, acquisition))
    if strategy.model:
        sentences.extend(_models(strategy.model, config, catalogue))
    if strategy.keep_most_recent:
        sentences.append(f"It is learned from the latest {_counted(strategy.keep_most_recent, 'response')} only")
    sentences.append(_ending(strategy.stopping))
    if strategy.skip_with_warm_start:
        sentences.append("It is passed over where responses of earlier experiments were carried over at setup")
    return "\n".join(sentence if sentence.endswith(".") else f"{sentence}." for sentence in sentences)


def _own_options(component: Component, entry: Entry[Any]) -> Iterator[str]:
    """Say which options differ from their defaults."""
    defaults = {item.name: item.default for item in entry.option_list}
    given = [f"{name} {_option(value)}" for name, value in component.options.items() if value != defaults[name]]
    if given:
        yield f"With {'; '.join(given)}"


def _option(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_option(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        several = any(isinstance(item, Mapping) for item in value)
        return _counted(len(value), "stimulus", "stimuli") if several else _listed([_option(item) for item in value])
    return value if isinstance(value, str) else shown(value)


def _models(model: Component, config: ExperimentConfig, catalogue: Catalogue) -> Iterator[str]:
    kinds = [item.kind_name for item in config.outcomes]
    for one in learned_outcomes(kinds, config.stimuli_per_trial, catalogue.models, model):
        of = f" of {config.outcomes[one.outcome].name}" if len(kinds) > 1 else ""
        entry = catalogue.models[one.model.name]
        yield f"What is learned{of} is {one.model.name}: {entry.summary}"
        options, _ = read_options(entry.options, one.model.options, "")
        yield from () if options is None else entry.explain(options)


def _ending(stopping: Stopping) -> str:
    if stopping.run_indefinitely:
        return "Ends only when told to."
    minimums = []
    if stopping.min_asks is not None:
        minimums.append(_counted(stopping.min_asks, "trial"))
    if stopping.min_total_tells is not None:
        minimums.append(f"{_counted(stopping.min_total_tells, 'response')} in the whole experiment")
    if stopping.min_outcome_occurrences is not None:
        minimums.append(f"{_counted(stopping.min_outcome_occurrences, 'occurrence')} of both 0 and 1")
    if stopping.min_posterior_range is not None:
        minimums.append(f"the expected response spans {_percent(stopping.min_posterior_range)}")
    if stopping.max_threshold_interval is not None:
        share = _percent(stopping.max_threshold_interval)
        minimums.append(f"the threshold's 90 % credible interval is at most {share} of the intensity's range wide")
    limits = []
    if stopping.max_asks is not None:
        limits.append(_counted(stopping.max_asks, "trial"))
    if stopping.max_seconds is not None:
        limits.append(f"{stopping.max_seconds:g} s")
    most = " or ".join(limits)
    if not minimums:
        return f"Ends after {most}."
    limit = f", or after {most} at the latest" if most and minimums != [most] else ""
    return f"Ends after {' and '.join(minimums)}{limit}."


def _trials(count: TrialCount) -> str:
    if count.most is None:
        return f"at least {count.least}, without a limit" if count.least else "as many as wanted"
    return str(count.least) if count.least == count.most else f"{count.least} to {count.most}"


def _settings(config: ExperimentConfig) -> Iterator[tuple[str, str]]:
    yield "seed", "chosen by the server" if config.seed is None else str(config.seed)
    for constraint in config.constraints:
        yield "constraint", str(constraint)
    if config.allow_out_of_bounds:
        yield "bounds", "responses to stimuli outside the bounds are accepted"
    if config.population_prior:
        yield (
            "beginning",
            "with what this study's latest finished experiments, at most "
            f"{config.population_prior.max_experiments}, have taught of the model's hyperparameters "
            "(how smooth the field is, how steeply responses rise); no response and no threshold is shared",
        )


def _counted(count: int, noun: str, plural: str = "") -> str:
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"
