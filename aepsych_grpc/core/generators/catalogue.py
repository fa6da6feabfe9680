"""The generators that a config may name. The first without a model and the first with one are the defaults."""

from collections.abc import Mapping
from types import MappingProxyType

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.core.generators.along import check_along
from aepsych_grpc.core.generators.around_points import AroundPointsOptions, build_around_points, check_around_points
from aepsych_grpc.core.generators.constant_stimuli import ConstantStimuliOptions, build_constant_stimuli
from aepsych_grpc.core.generators.epsilon_greedy import EpsilonGreedyOptions, build_epsilon_greedy, check_epsilon_greedy
from aepsych_grpc.core.generators.generator import Generator
from aepsych_grpc.core.generators.listed import check_listed
from aepsych_grpc.core.generators.manual import ManualOptions, build_manual
from aepsych_grpc.core.generators.optimize_acquisition import (
    OptimizeAcquisitionOptions,
    build_optimize_acquisition,
    check_optimize_acquisition,
)
from aepsych_grpc.core.generators.per_outcome import PerOutcomeOptions, build_per_outcome, check_per_outcome
from aepsych_grpc.core.generators.pool import PoolOptions, build_pool
from aepsych_grpc.core.generators.quest_plus import QuestPlusOptions, build_quest_plus
from aepsych_grpc.core.generators.sample_acquisition import SampleAcquisitionOptions, build_sample_acquisition
from aepsych_grpc.core.generators.sobol import SobolOptions, build_sobol
from aepsych_grpc.core.generators.staircase import StaircaseOptions, build_staircase, check_staircase
from aepsych_grpc.core.generators.thompson import ThompsonOptions, build_thompson, check_thompson
from aepsych_grpc.core.generators.uniform import UniformOptions, build_uniform

_ENTRIES: tuple[Entry[Generator], ...] = (
    Entry(
        name="sobol",
        summary="Stimuli spread evenly over the space (scrambled Sobol sequence).",
        options=SobolOptions,
        build=build_sobol,
        keeps_constraints=True,
    ),
    Entry(
        name="optimize_acquisition",
        summary="The trial that the acquisition function ranks highest, given the model.",
        options=OptimizeAcquisitionOptions,
        build=build_optimize_acquisition,
        keeps_constraints=True,
        check=check_optimize_acquisition,
        needs_model=True,
    ),
    Entry(
        name="random",
        summary="Stimuli drawn independently and uniformly from the space.",
        options=UniformOptions,
        build=build_uniform,
        keeps_constraints=True,
    ),
    Entry(
        name="manual",
        summary="Stimuli that the experimenter lists.",
        options=ManualOptions,
        build=build_manual,
        keeps_constraints=True,
        check=check_listed,
    ),
    Entry(
        name="constant_stimuli",
        summary="The method of constant stimuli: listed trials, each equally often, shuffled in blocks.",
        options=ConstantStimuliOptions,
        build=build_constant_stimuli,
        keeps_constraints=True,
        check=check_listed,
    ),
    Entry(
        name="pool",
        summary="The stimulus of a list that the acquisition function ranks highest, given the model.",
        options=PoolOptions,
        build=build_pool,
        keeps_constraints=True,
        outcome_kinds=("binary", "proportion", "ordinal", "continuous"),
        needs_model=True,
        check=check_listed,
    ),
    Entry(
        name="epsilon_greedy",
        summary="The model's choice, or with a small probability a stimulus from anywhere in the space.",
        options=EpsilonGreedyOptions,
        build=build_epsilon_greedy,
        keeps_constraints=True,
        check=check_epsilon_greedy,
        needs_model=True,
    ),
    Entry(
        name="sample_acquisition",
        summary="A trial drawn at random, the likelier the higher the acquisition function ranks it, given the model.",
        options=SampleAcquisitionOptions,
        build=build_sample_acquisition,
        keeps_constraints=True,
        needs_model=True,
    ),
    Entry(
        name="per_outcome",
        summary="Of several outcomes each has its turn: the trial that its acquisition function ranks highest.",
        options=PerOutcomeOptions,
        build=build_per_outcome,
        keeps_constraints=True,
        check=check_per_outcome,
        needs_model=True,
    ),
    Entry(
        name="thompson_sampling",
        summary="The stimulus at which one draw from the model's belief comes nearest to the goal.",
        options=ThompsonOptions,
        build=build_thompson,
        keeps_constraints=True,
        check=check_thompson,
        outcome_kinds=("binary", "proportion"),
        needs_model=True,
        uses_acquisition=False,
    ),
    Entry(
        name="staircase",
        summary="Down after some responses of 1 in a row and up after some of 0 (transformed or weighted staircase).",
        options=StaircaseOptions,
        build=build_staircase,
        check=check_staircase,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="quest_plus",
        summary="QUEST+: the level from which threshold and slope of one psychometric function are learned fastest.",
        options=QuestPlusOptions,
        build=build_quest_plus,
        check=check_along,
        outcome_kinds=("binary", "proportion"),
    ),
    Entry(
        name="around_points",
        summary="Stimuli spread evenly over a window around each of some stimuli of interest.",
        options=AroundPointsOptions,
        build=build_around_points,
        check=check_around_points,
    ),
)
GENERATORS: Mapping[str, Entry[Generator]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
