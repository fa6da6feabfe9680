"""The models that a config may name. The first that is for an outcome is its default."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.classification import ClassificationOptions, build_classification
from aepsych_grpc.core.models.known_field import check_known, explain_known
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.monotone import check_monotone, explain_monotone
from aepsych_grpc.core.models.preference import PreferenceOptions, build_preference
from aepsych_grpc.core.models.rating import RatingOptions, build_rating
from aepsych_grpc.core.models.regression import RegressionOptions, build_regression
from aepsych_grpc.core.models.structure import check_structure

Check = Callable[[Any, Trials], Iterable[Violation]]


def _all(*checks: Check) -> Check:
    """Return the check that finds what any of several does."""
    return lambda options, trials: chain.from_iterable(check(options, trials) for check in checks)


MODELS: Mapping[str, Entry[Model]] = {
    "gp_classification": Entry(
        name="gp_classification",
        summary="Gaussian process with probit, logit or Gumbel link, guess and lapse rate, by expectation propagation.",
        options=ClassificationOptions,
        build=build_classification,
        check=_all(check_structure, check_known),
        explain=explain_known,
        outcome_kinds=("binary", "proportion"),
    ),
    "gp_rating": Entry(
        name="gp_rating",
        summary="Gaussian process with a cumulative probit link, whose cut points are learned.",
        options=RatingOptions,
        build=build_rating,
        check=_all(check_structure, check_known),
        explain=explain_known,
        outcome_kinds=("ordinal",),
    ),
    "gp_regression": Entry(
        name="gp_regression",
        summary="Gaussian process with Gaussian noise, whose size is learned; exact.",
        options=RegressionOptions,
        build=build_regression,
        check=_all(check_structure, check_known),
        explain=explain_known,
        outcome_kinds=("continuous",),
    ),
    "gp_preference": Entry(
        name="gp_preference",
        summary="Gaussian process utility: of two stimuli the one with more is chosen, but for probit noise.",
        options=PreferenceOptions,
        build=build_preference,
        check=_all(check_structure, check_monotone),
        explain=explain_monotone,
        outcome_kinds=("choice",),
    ),
}
