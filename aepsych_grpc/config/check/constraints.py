"""Constraints: of numbers that vary, and with stimuli that keep to each."""

import math
from collections.abc import Iterator, Mapping, Sequence

from aepsych_grpc.config import parameter
from aepsych_grpc.config.constraint import LinearConstraint
from aepsych_grpc.config.parameter import Parameter
from aepsych_grpc.config.violation import Violation, nearest_name, shown

MOST_CONSTRAINTS = 100


def check_terms(
    terms: Sequence[tuple[str, float]], upper_bound: float | None, kinds: Mapping[str, str], path: str
) -> Iterator[Violation]:
    """Check a constraint as given. `kinds` maps parameter names to kinds."""
    numeric = [name for name, kind in kinds.items() if kind in ("continuous", "integer", "discrete")]
    possible = f"possible: {', '.join(numeric) or 'none'}."
    if not terms:
        yield Violation(f"{path}.terms", f"Required: the parameters that are weighed against each other; {possible}")
    for i, (name, coefficient) in enumerate(terms):
        at = f"{path}.terms[{i}]"
        if name not in numeric:
            given = f"{shown(name)} is given" if name else "Required"
            yield Violation(f"{at}.parameter", f"{given}; {possible}" + nearest_name(name, numeric))
        elif name in [earlier for earlier, _ in terms[:i]]:
            yield Violation(f"{at}.parameter", f"{shown(name)} has a term already; add the two up.")
        if not math.isfinite(coefficient) or coefficient == 0:
            message = f"{shown(coefficient)} is given; expected is a finite number other than 0."
            yield Violation(f"{at}.coefficient", message)
    if upper_bound is None or not math.isfinite(upper_bound):
        given = "Required" if upper_bound is None else f"{shown(upper_bound)} is given"
        yield Violation(f"{path}.upper_bound", f"{given}; expected is the largest sum that is allowed.")


def check_reachable(constraint: LinearConstraint, parameters: Sequence[Parameter], path: str) -> Iterator[Violation]:
    """Check that the bounds leave a stimulus that keeps to the constraint: the smallest sum is at most b."""
    smallest = 0.0
    for item in parameters:
        a = constraint.coefficients.get(item.name, 0.0)
        match item.kind:
            case parameter.Continuous(lower_bound=low, upper_bound=high):
                smallest += min(a * low, a * high)
            case parameter.Integer(lower_bound=low, upper_bound=high):
                smallest += min(a * low, a * high)
            case parameter.Discrete(values=values):
                smallest += min(a * values[0], a * values[-1])
    if smallest > constraint.upper_bound + constraint.slack(abs(smallest)):
        message = f"{constraint} leaves no stimulus: within the bounds the sum is at least {shown(smallest)}."
        yield Violation(f"{path}.upper_bound", message)
