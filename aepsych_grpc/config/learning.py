"""Which outcomes a strategy learns from, and with which model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.experiment import Component, ExperimentConfig, Strategy
from aepsych_grpc.config.outcome import Outcome

Entries = Mapping[str, Entry[Any]]


@dataclass(frozen=True, slots=True)
class Learned:
    """An outcome, by its position, and the model that learns from it."""

    outcome: int
    model: Component


def fits(entry: Entry[Any], kind: str) -> bool:
    """Whether a catalogue entry is for a kind of outcome."""
    return not entry.outcome_kinds or kind in entry.outcome_kinds


def default_for(entries: Entries, kind: str) -> Component | None:
    """Return the catalogue's first entry for a kind of outcome, or None when there is none."""
    name = next((name for name, entry in entries.items() if fits(entry, kind)), None)
    return None if name is None else Component(name=name)


def is_learnable(kind: str, stimuli: int) -> bool:
    """Whether models learn from such an outcome of such trials: choices of two stimuli, anything else of one."""
    return stimuli == (2 if kind == "choice" else 1)


def learned_outcomes(kinds: Sequence[str], stimuli: int, models: Entries, model: Component | None) -> list[Learned]:
    """List the outcomes that a strategy learns from, each independently of the others; trials are chosen for the first.

    A strategy's model learns from all outcomes of its kinds, the catalogue's first for a kind from the rest. The first
    outcome that the strategy's model is for leads.

    Args:
        kinds: The outcomes' kinds.
        stimuli: Number of stimuli in a trial.
        models: The catalogue's models.
        model: The strategy's model; None for the catalogue's first.
    """
    learned = []
    named = None if model is None else models.get(model.name)
    for position, kind in enumerate(kinds):
        if not is_learnable(kind, stimuli):
            continue
        own = model if named is not None and fits(named, kind) else default_for(models, kind)
        if own is not None:
            learned.append(Learned(position, own))
    return sorted(learned, key=lambda one: one.model is not model) if named is not None else learned


def learned_of(config: ExperimentConfig, strategy: Strategy, models: Entries) -> list[Learned]:
    """List the outcomes that a strategy of a complete config learns from; none without a model."""
    if strategy.model is None:
        return []
    kinds = [outcome.kind_name for outcome in config.outcomes]
    return learned_outcomes(kinds, config.stimuli_per_trial, models, strategy.model)


def leading_outcome(config: ExperimentConfig, strategy: Strategy, models: Entries) -> Outcome:
    """Return the outcome that a strategy of a complete config chooses trials for, or goes by."""
    learned = learned_of(config, strategy, models)
    return config.outcomes[learned[0].outcome if learned else 0]
