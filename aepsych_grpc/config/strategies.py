"""The strategies of a half-read config: their defaults filled in, and every mistake found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from aepsych_grpc.config.catalogue import Catalogue, Entry
from aepsych_grpc.config.check.names import check_count, check_name, check_unique
from aepsych_grpc.config.check.stopping import check_keep_most_recent, check_model_rules, check_stopping
from aepsych_grpc.config.components import complete_component, default_generator, why_no_model
from aepsych_grpc.config.experiment import Component, Stopping, Strategy
from aepsych_grpc.config.learning import Learned, default_for, learned_outcomes
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation, shown

MOST_STRATEGIES = 20
INITIAL_TRIALS = 10
"""Trials before the model's first choice. Fewer gave mixed results, 20 and 40 worse ones."""
ADAPTIVE_TRIALS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyDraft:
    """A strategy as given; an empty name or None stands for what was left out."""

    name: str = ""
    generator: Component | None = None
    model: Component | None = None
    acquisition: Component | None = None
    stopping: Stopping | None = None
    keep_most_recent: int | None = None
    skip_with_warm_start: bool = False


def complete_strategies(
    drafts: Sequence[StrategyDraft], trials: Trials, catalogue: Catalogue, path: str, violations: list[Violation]
) -> list[Strategy]:
    """Fill in every default and add every mistake to `violations`; a strategy at fault is left out."""
    violations.extend(check_count(len(drafts), MOST_STRATEGIES, path, "strategies"))
    if not drafts:
        if problem := why_no_model(trials, catalogue):
            advice = "the default strategies use one; give strategies without, such as {generator: {name: sobol}, ...}."
            violations.append(Violation(path, f"{problem}; {advice}"))
            return []
        drafts = _default_drafts(trials, catalogue)
    drafts = drafts[:MOST_STRATEGIES]
    if all(draft.skip_with_warm_start for draft in drafts):
        message = "All strategies have it, so that a warm start would leave nothing to ask; take it from the last one."
        violations.append(Violation(f"{path}[{len(drafts) - 1}].skip_with_warm_start", message))
    paths = [f"{path}[{i}]" for i in range(len(drafts))]
    given = {f"{at}.name": draft.name for at, draft in zip(paths, drafts, strict=True) if draft.name}
    violations.extend(violation for at, name in given.items() for violation in check_name(name, at, "strategy"))
    violations.extend(check_unique(given, "strategy"))
    taken = set(given.values())
    strategies = []
    for draft, at in zip(drafts, paths, strict=True):
        strategy = _complete(draft, taken, trials, catalogue, at, violations)
        if strategy is not None:
            strategies.append(strategy)
            taken.add(strategy.name)
    return strategies


def _default_drafts(trials: Trials, catalogue: Catalogue) -> tuple[StrategyDraft, ...]:
    """Some trials spread over the space, then more where the model learns most."""
    return (
        StrategyDraft(name="initialization", stopping=Stopping(min_asks=INITIAL_TRIALS)),
        StrategyDraft(
            name="adaptive",
            model=learned_outcomes(trials.outcome_kinds, trials.stimuli, catalogue.models, None)[0].model,
            stopping=Stopping(min_asks=ADAPTIVE_TRIALS),
        ),
    )


def _complete(
    draft: StrategyDraft,
    taken: set[str],
    trials: Trials,
    catalogue: Catalogue,
    path: str,
    violations: list[Violation],
) -> Strategy | None:
    before = len(violations)
    violations.extend(check_stopping(draft.stopping, trials.outcome_kinds, f"{path}.stopping"))
    generator, model, acquisition = draft.generator, draft.model, draft.acquisition
    if generator is None:
        generator = default_generator(catalogue.generators, adaptive=model is not None or acquisition is not None)
    entry = catalogue.generators.get(generator.name)
    adaptive = entry is not None and entry.needs_model
    if (adaptive or model or acquisition) and (problem := why_no_model(trials, catalogue)):
        at = next((role for role in ("model", "acquisition", "generator") if getattr(draft, role)), "generator")
        violations.append(Violation(f"{path}.{at}", f"{problem}; use generators without a model, such as sobol."))
    else:
        if adaptive or model:
            learned = learned_outcomes(trials.outcome_kinds, trials.stimuli, catalogue.models, model)
            trials = _about(trials, learned)
            model = model or learned[0].model
        if adaptive and entry and entry.uses_acquisition:
            acquisition = acquisition or default_for(catalogue.acquisitions, trials.outcome_kinds[0])
        elif entry and acquisition:
            violations.append(_no_use_of_acquisition(entry, catalogue, path))
    learns = model is not None
    if draft.stopping is not None:
        violations.extend(check_model_rules(draft.stopping, trials, f"{path}.stopping", learns=learns))
    violations.extend(check_keep_most_recent(draft.keep_most_recent, f"{path}.keep_most_recent", learns=learns))
    parts = {
        role: complete_component(part, role, trials, catalogue, f"{path}.{role}", violations)
        for role, part in (("generator", generator), ("model", model), ("acquisition", acquisition))
        if part is not None
    }
    complete = parts["generator"]
    if len(violations) > before or complete is None or draft.stopping is None:
        return None
    return Strategy(
        name=draft.name or _free_name(complete.name, taken),
        generator=complete,
        model=parts.get("model"),
        acquisition=parts.get("acquisition"),
        stopping=draft.stopping,
        keep_most_recent=draft.keep_most_recent,
        skip_with_warm_start=draft.skip_with_warm_start,
    )


def _no_use_of_acquisition(entry: Entry[Any], catalogue: Catalogue, path: str) -> Violation:
    using = [name for name, other in catalogue.generators.items() if other.needs_model and other.uses_acquisition]
    return Violation(
        f"{path}.acquisition",
        f"The generator {shown(entry.name)} uses no acquisition function; leave it out, or choose a generator "
        f"that uses one: {', '.join(using)}.",
    )


def _about(trials: Trials, learned: Sequence[Learned]) -> Trials:
    """Return the trials as those that models learn from, with nothing but the outcome that they are chosen for."""
    first = learned[0].outcome
    return replace(
        trials,
        outcomes=trials.outcomes[first : first + 1],
        outcome_kinds=trials.outcome_kinds[first : first + 1],
        learned=tuple(trials.outcomes[one.outcome] for one in learned) if trials.outcomes else (),
    )


def _free_name(generator: str, taken: set[str]) -> str:
    """Return the generator's name, numbered from 2 when it is taken."""
    name, number = generator, 1
    while name in taken:
        number += 1
        name = f"{generator}-{number}"
    return name
