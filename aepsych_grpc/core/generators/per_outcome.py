"""Per outcome: trials that are chosen for one outcome after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aepsych_grpc.config.learning import fits
from aepsych_grpc.config.options import option
from aepsych_grpc.config.outcome import Outcome
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation, nearest_name, shown
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.generators.by_acquisition import ByAcquisition
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request
from aepsych_grpc.core.generators.optimize_acquisition import OptimizeAcquisitionOptions, build_optimize_acquisition
from aepsych_grpc.core.generators.random_stream import random_stream

_TURNS = 2**31 - 1
"""Mixed into the seed of the turns, so that they share no random numbers with what is chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerOutcomeOptions:
    """Whose turn it is, and what makes a trial informative about each outcome."""

    order: str = option(
        "in_turn",
        "One trial for each outcome makes a round: always in the same order (in_turn), or each round in a random one "
        "(random).",
        choices=("in_turn", "random"),
    )
    other_acquisitions: tuple[str, ...] = option(
        (),
        "Names of the acquisition functions of the other outcomes, in the order of the outcomes; that of the first is "
        "the strategy's own. Default: the same for outcomes of its kind, the catalogue's first for others.",
    )


@dataclass(frozen=True, slots=True)
class PerOutcome:
    """Trials that `chooser` chooses for one of the outcomes each, given the belief about that one.

    Trials that await a response are counted in whichever outcome they were chosen for, for they will tell of all.

    Attributes:
        outcomes: Names of the outcomes.
        random: Whether each round has an order of its own.
        acquisition_names: Names of acquisition functions by outcome, where one is named.
        chooser: Chooses the trials.
    """

    outcomes: tuple[str, ...]
    random: bool
    acquisition_names: Mapping[str, str]
    chooser: ByAcquisition
    limit: None = None

    def outcome_at(self, seed: int, index: int) -> str:
        """Return the outcome that the trial `index` of the strategy is chosen for."""
        turn, place = divmod(index, len(self.outcomes))
        if self.random:
            place = int(random_stream(seed ^ _TURNS, turn).permutation(len(self.outcomes))[place])
        return self.outcomes[place]

    def generate(self, request: Request) -> Choice:
        """Choose the next trial; the one after it needs another belief."""
        return self.chooser.generate(replace(request, count=1))


def build_per_outcome(context: GeneratorContext, options: PerOutcomeOptions) -> PerOutcome:
    """Make the generator; raises as `by_acquisition` does.

    Raises:
        InvalidConfigError: As `check_per_outcome`.
    """
    if violations := _violations(options, context.learned):
        raise InvalidConfigError(violations)
    _, *others = context.learned
    named = zip(others, options.other_acquisitions, strict=False)
    return PerOutcome(
        outcomes=tuple(one.name for one in context.learned),
        random=options.order == "random",
        acquisition_names={one.name: name for one, name in named},
        chooser=build_optimize_acquisition(context, OptimizeAcquisitionOptions()),
    )


def check_per_outcome(options: PerOutcomeOptions, trials: Trials) -> list[Violation]:
    """Find acquisition functions that there aren't, or that aren't for their outcome; paths begin with `options`."""
    return _violations(options, trials.learned)


def _violations(options: PerOutcomeOptions, learned: Sequence[Outcome]) -> list[Violation]:
    _, *others = learned
    names = options.other_acquisitions
    if names and len(names) != len(others):
        wanted = f"one for each of {', '.join(one.name for one in others)}, or none" if others else "none"
        return [Violation("options.other_acquisitions", f"{len(names)} given; expected is {wanted}.")]
    violations = []
    for i, (one, name) in enumerate(zip(others, names, strict=False)):
        fitting = [other for other, entry in ACQUISITIONS.items() if fits(entry, one.kind_name)]
        if name not in fitting:
            message = f"{shown(name)} is given; for {one.name} ({one.kind_name}) there are: {', '.join(fitting)}."
            violations.append(Violation(f"options.other_acquisitions[{i}]", message + nearest_name(name, fitting)))
    return violations
