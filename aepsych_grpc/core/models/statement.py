"""What an experimenter knows of responses before the first one: statements about parts of the space."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import torch

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation, shown
from aepsych_grpc.core.models.factor import Factor
from aepsych_grpc.core.models.knowledge import Known
from aepsych_grpc.core.models.measured import Measured
from aepsych_grpc.core.models.observed import Functionals
from aepsych_grpc.core.models.tally import tally_of
from aepsych_grpc.core.responses.ordinal import OrdinalResponse
from aepsych_grpc.core.responses.response import Response
from aepsych_grpc.core.space.region import check_region, region_points
from aepsych_grpc.core.space.space import Space

Part: TypeAlias = Value | tuple[Value, ...]
"""What a region has of a parameter: a value, or a range of two."""

_WHERE = (
    "the stimuli meant, a value or a range [from, to] by parameter, such as {contrast: 0.002}; parameters left out "
    "take all of their values"
)
_TRIALS = "how much it counts: like so many trials, spread over these stimuli, with just this result"
MOST_TRIALS = 200

ROUNDING = 1e-9
"""By how much an expected response may miss its limits, which are sums: 1 - 0.07 is just less than 0.93."""


class Statement(Protocol):
    """What is expected of the stimuli of a region."""

    @property
    def where(self) -> Mapping[str, Part]:
        """The region."""

    @property
    def expected(self) -> float:
        """The mean response there."""

    def factor(self, response: Response, n: int) -> Factor:
        """Return the statement, spread evenly over the field at n points."""

    def __str__(self) -> str:
        """Say it, but for the region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProbability:
    """What is known of a binary outcome, or of each presentation of a proportion."""

    where: Mapping[str, Part] = option(..., _WHERE)
    probability: float = option(
        ..., "probability of a 1 there, from the guess rate to 1 - the lapse rate", minimum=0, maximum=1
    )
    trials: float = option(10.0, _TRIALS, minimum=0.1, maximum=MOST_TRIALS)

    @property
    def expected(self) -> float:
        """The probability of a 1."""
        return self.probability

    def factor(self, response: Response, n: int) -> Factor:  # noqa: ARG002  # the seam's signature
        """Return the likelihood of the trials; see `tally_of`."""
        return tally_of((0.0, 1.0), self.probability, self.trials / n, n)

    def __str__(self) -> str:
        return f"{100 * self.probability:.4g} % of responses are 1 (counts like {self.trials:g} trials)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRating:
    """What is known of ratings."""

    where: Mapping[str, Part] = option(..., _WHERE)
    rating: float = option(..., "mean rating there, from 0 to the highest level", minimum=0)
    trials: float = option(10.0, _TRIALS, minimum=0.1, maximum=MOST_TRIALS)

    @property
    def expected(self) -> float:
        """The mean rating."""
        return self.rating

    def factor(self, response: Response, n: int) -> Factor:
        """Return the likelihood of the trials; see `tally_of`."""
        ratings = cast("OrdinalResponse", response)  # of the only model that has such statements
        return tally_of(ratings.values, self.rating, self.trials / n, n)

    def __str__(self) -> str:
        return f"the mean rating is {self.rating:g} (counts like {self.trials:g} trials)"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownValue:
    """What is known of a continuous outcome."""

    where: Mapping[str, Part] = option(..., _WHERE)
    value: float = option(..., "mean there, in the outcome's unit")
    sd: float = option(..., "how far off that mean may be, as a standard deviation, above 0", minimum=1e-12)

    @property
    def expected(self) -> float:
        """The mean."""
        return self.value

    def factor(self, response: Response, n: int) -> Factor:  # noqa: ARG002  # the seam's signature
        """Return Gaussian factors that together know the region's common level within sd."""
        return Measured(self.value, self.sd * n**0.5, n)

    def __str__(self) -> str:
        return f"the mean is {self.value:g}, give or take {self.sd:g}"


class HasStatements(Protocol):
    """Options with statements."""

    @property
    def known(self) -> Sequence[Statement]:
        """The statements."""


def stated(space: Space, response: Response, options: HasStatements) -> list[Known]:
    """Return what was stated, each statement spread over the points of its region."""
    found = []
    for statement in options.known:
        points = region_points(space, statement.where)
        values = Functionals(points, torch.eye(len(points), dtype=torch.float64))
        found.append(Known(values, statement.factor(response, len(points))))
    return found


def check_statements(options: HasStatements, trials: Trials) -> Iterator[Violation]:
    """Find stimuli that there are not, responses that can't be, and contradictions; paths begin `options.known[0]`."""
    least, most = _limits(trials.outcomes[0].kind)
    seen: list[Mapping[str, Any]] = []
    for i, statement in enumerate(options.known):
        path = f"options.known[{i}]"
        yield from check_region(trials.parameters, statement.where, f"{path}.where")
        if not least - ROUNDING <= statement.expected <= most + ROUNDING:
            name = next(name for name in ("probability", "rating", "value") if hasattr(statement, name))
            message = f"{shown(statement.expected)} is given; this outcome's lies from {shown(least)} to {shown(most)}."
            yield Violation(f"{path}.{name}", message)
        region = {name: tuple(part) if isinstance(part, list) else part for name, part in statement.where.items()}
        if region in seen:
            message = f"The same stimuli are stated in known[{seen.index(region)}]; make one statement of the two."
            yield Violation(f"{path}.where", message)
        seen.append(region)


def _limits(kind: outcome.Kind) -> tuple[float, float]:
    """Return the lowest and the highest mean response."""
    match kind:
        case outcome.Binary() | outcome.Proportion():
            return kind.guess_rate, 1 - kind.lapse_rate
        case outcome.Ordinal(levels=levels):
            return 0.0, levels - 1.0
        case _:
            return float("-inf"), float("inf")


def explain_statements(options: HasStatements) -> Iterator[str]:
    """Say what is known, in sentences."""
    for statement in options.known:
        place = " and ".join(f"{name} {_part(part)}" for name, part in sorted(statement.where.items())) or "all stimuli"
        yield f"Known beforehand: with {place}, {statement}"


def _part(part: Any) -> str:
    if isinstance(part, list | tuple):
        return f"from {shown(part[0])} to {shown(part[1])}"
    return part if isinstance(part, str) else shown(part)
