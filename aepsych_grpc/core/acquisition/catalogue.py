"""The acquisition functions that a config may name. The first that is for an outcome is its default."""

from collections.abc import Mapping
from types import MappingProxyType

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.acquisition.bald import BaldOptions, build_bald
from aepsych_grpc.core.acquisition.context import TargetOptions, check_target
from aepsych_grpc.core.acquisition.eavc import build_eavc
from aepsych_grpc.core.acquisition.eubo import EuboOptions, build_eubo
from aepsych_grpc.core.acquisition.expected_improvement import ExpectedImprovementOptions, build_expected_improvement
from aepsych_grpc.core.acquisition.global_mi import build_global_mi
from aepsych_grpc.core.acquisition.integrated_variance import IntegratedVarianceOptions, build_integrated_variance
from aepsych_grpc.core.acquisition.local_mi import build_local_mi
from aepsych_grpc.core.acquisition.local_sur import build_local_sur
from aepsych_grpc.core.acquisition.max_value_entropy import MaxValueEntropyOptions, build_max_value_entropy
from aepsych_grpc.core.acquisition.noisy_expected_improvement import (
    NoisyExpectedImprovementOptions,
    build_noisy_expected_improvement,
)
from aepsych_grpc.core.acquisition.posterior_variance import PosteriorVarianceOptions, build_posterior_variance
from aepsych_grpc.core.acquisition.probability_of_improvement import (
    ProbabilityOfImprovementOptions,
    build_probability_of_improvement,
)
from aepsych_grpc.core.acquisition.straddle import StraddleOptions, build_straddle
from aepsych_grpc.core.acquisition.sur import build_sur
from aepsych_grpc.core.acquisition.upper_confidence_bound import (
    UpperConfidenceBoundOptions,
    build_upper_confidence_bound,
)

_ENTRIES: tuple[Entry[Acquisition], ...] = (
    Entry(
        name="sur",
        summary="How much the next response is expected to reduce the uncertainty of the whole threshold contour.",
        options=TargetOptions,
        build=build_sur,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="global_mi",
        summary="The information that the next response is expected to give about the whole threshold contour.",
        options=TargetOptions,
        build=build_global_mi,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="eavc",
        summary="How much the next response is expected to change the volume below the threshold contour.",
        options=TargetOptions,
        build=build_eavc,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="local_mi",
        summary="The information that the next response is expected to give about its stimulus being above threshold.",
        options=TargetOptions,
        build=build_local_mi,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="local_sur",
        summary="How much the next response is expected to reduce the doubt whether its stimulus is above threshold.",
        options=TargetOptions,
        build=build_local_sur,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="straddle",
        summary="Near the threshold contour and uncertain.",
        options=StraddleOptions,
        build=build_straddle,
        check=check_target,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="bald",
        summary="The information that the next response is expected to give about the field, whatever the threshold.",
        options=BaldOptions,
        build=build_bald,
        outcome_kinds=("binary", "proportion", "choice"),
    ),
    Entry(
        name="posterior_variance",
        summary="Where the expected response is least known, whatever the threshold.",
        options=PosteriorVarianceOptions,
        build=build_posterior_variance,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous", "choice"),
    ),
    Entry(
        name="integrated_variance",
        summary="How much the next response is expected to reduce the uncertainty about all others, for any threshold.",
        options=IntegratedVarianceOptions,
        build=build_integrated_variance,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous", "choice"),
    ),
    Entry(
        name="expected_improvement",
        summary="How far the response is expected to surpass the best place known; seeks the maximum.",
        options=ExpectedImprovementOptions,
        build=build_expected_improvement,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
    ),
    Entry(
        name="noisy_expected_improvement",
        summary="How far the response is expected to surpass the uncertain best place; seeks the maximum.",
        options=NoisyExpectedImprovementOptions,
        build=build_noisy_expected_improvement,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
    ),
    Entry(
        name="probability_of_improvement",
        summary="How likely the response is to surpass the best place known; seeks the maximum, explores little.",
        options=ProbabilityOfImprovementOptions,
        build=build_probability_of_improvement,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
    ),
    Entry(
        name="max_value_entropy",
        summary="The information that the field's value is expected to give about how high the field gets.",
        options=MaxValueEntropyOptions,
        build=build_max_value_entropy,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
    ),
    Entry(
        name="upper_confidence_bound",
        summary="Where the response may be largest; seeks the maximum.",
        options=UpperConfidenceBoundOptions,
        build=build_upper_confidence_bound,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
    ),
    Entry(
        name="eubo",
        summary="The expected utility of the better one of the two stimuli; seeks the most preferred stimulus.",
        options=EuboOptions,
        build=build_eubo,
        outcome_kinds=("choice",),
    ),
)
ACQUISITIONS: Mapping[str, Entry[Acquisition]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
