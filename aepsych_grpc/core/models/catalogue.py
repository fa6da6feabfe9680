"""The models that a config may name. The first that is for an outcome is its default."""

from collections.abc import Mapping

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.core.models.classification import ClassificationOptions, build_classification
from aepsych_grpc.core.models.model import Model
from aepsych_grpc.core.models.preference import build_preference
from aepsych_grpc.core.models.rating import build_rating
from aepsych_grpc.core.models.regression import RegressionOptions, build_regression
from aepsych_grpc.core.models.structure import StructureOptions, check_structure

MODELS: Mapping[str, Entry[Model]] = {
    "gp_classification": Entry(
        name="gp_classification",
        summary="Gaussian process with probit, logit or Gumbel link, guess and lapse rate, by expectation propagation.",
        options=ClassificationOptions,
        build=build_classification,
        check=check_structure,
        outcome_kinds=("binary", "proportion"),
    ),
    "gp_rating": Entry(
        name="gp_rating",
        summary="Gaussian process with a cumulative probit link, whose cut points are learned.",
        options=StructureOptions,
        build=build_rating,
        check=check_structure,
        outcome_kinds=("ordinal",),
    ),
    "gp_regression": Entry(
        name="gp_regression",
        summary="Gaussian process with Gaussian noise, whose size is learned; exact.",
        options=RegressionOptions,
        build=build_regression,
        outcome_kinds=("continuous",),
    ),
    "gp_preference": Entry(
        name="gp_preference",
        summary="Gaussian process utility: of two stimuli the one with more is chosen, but for probit noise.",
        options=StructureOptions,
        build=build_preference,
        check=check_structure,
        outcome_kinds=("choice",),
    ),
}
