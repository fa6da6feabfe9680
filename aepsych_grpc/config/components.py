"""Components: found in the catalogue by name, with their options filled in, or chosen where none is named."""

from dataclasses import replace
from typing import Any

from aepsych_grpc.config.catalogue import Catalogue, Entry
from aepsych_grpc.config.experiment import Component
from aepsych_grpc.config.learning import Entries, fits, is_learnable, learned_outcomes
from aepsych_grpc.config.options import given_by, read_options
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation, nearest_name, shown, with_article


def complete_component(
    component: Component,
    role: str,
    trials: Trials,
    catalogue: Catalogue,
    path: str,
    violations: list[Violation],
) -> Component | None:
    """Fill in the options of a generator, model or acquisition function (`role`).

    The first outcome of `trials` is the one that it is for.

    Returns:
        The component with every option that has a value, or None after adding to `violations`.
    """
    entry = _find(component.name, role, catalogue, f"{path}.name", violations)
    if entry is None:
        return None
    kind = trials.outcome_kinds[0]
    if not fits(entry, kind):
        fitting = [other.name for other in _entries(catalogue)[role].values() if fits(other, kind)]
        if fitting:
            message = f"{shown(entry.name)} is for {' or '.join(entry.outcome_kinds)} outcomes; choose one for"
            violations.append(Violation(f"{path}.name", f"{message} {kind} ones: {', '.join(fitting)}."))
    if role == "generator" and trials.constraints and not entry.keeps_constraints:
        fitting = [
            other.name for other in catalogue.generators.values() if other.keeps_constraints and fits(other, kind)
        ]
        message = f"{shown(entry.name)} doesn't keep to constraints; choose one that does: {', '.join(fitting)}."
        violations.append(Violation(f"{path}.name", message))
    options, found = read_options(entry.options, component.options, f"{path}.options")
    violations.extend(found)
    if options is None:
        return None
    wrong = entry.check(options, trials) if trials.parameters and trials.outcomes else ()
    violations.extend(replace(violation, path=f"{path}.{violation.path}") for violation in wrong)
    return Component(name=entry.name, options=given_by(options))


def why_no_model(trials: Trials, catalogue: Catalogue) -> str:
    """Say why no model can learn from such trials; nothing when one can."""
    kinds, stimuli = trials.outcome_kinds, trials.stimuli
    if learned_outcomes(kinds, stimuli, catalogue.models, None):
        return ""
    if not any(is_learnable(kind, stimuli) for kind in kinds):
        if stimuli == 1:  # the outcomes are choices, which is a mistake of its own
            return "A choice needs two stimuli per trial"
        return f"A model learns from trials with one stimulus or choices between two, and these have {stimuli}" + (
            "" if "choice" in kinds else " and no choice"
        )
    return f"No model of this server learns from {with_article(kinds[0])} outcome"


def default_generator(entries: Entries, *, adaptive: bool) -> Component:
    """Return the catalogue's first generator that learns from a model, or its first that needs none."""
    return Component(name=next(name for name, entry in entries.items() if entry.needs_model == adaptive))


def _entries(catalogue: Catalogue) -> dict[str, Entries]:
    return {"generator": catalogue.generators, "model": catalogue.models, "acquisition": catalogue.acquisitions}


def _find(name: str, role: str, catalogue: Catalogue, path: str, violations: list[Violation]) -> Entry[Any] | None:
    roles = _entries(catalogue)
    entries = roles[role]
    if name in entries:
        return entries[name]
    offered = f"this server has: {', '.join(entries) or 'none'}."
    elsewhere = [f"{other}: {{name: {name}}}" for other, its in roles.items() if name in its]
    if not name:
        message = f"Required: the name of the {role}; {offered}"
    elif elsewhere:
        message = f"{shown(name)} belongs elsewhere ({elsewhere[0]}); choose {with_article(role)}; {offered}"
    else:
        message = f"There is no {role} {shown(name)}; {offered}" + nearest_name(name, entries)
    violations.append(Violation(path, message))
    return None
