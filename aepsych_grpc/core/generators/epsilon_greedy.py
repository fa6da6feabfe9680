"""Epsilon-greedy: mostly the model's choice, now and then a stimulus from anywhere."""

from dataclasses import dataclass, replace

from aepsych_grpc.config import outcome
from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Generator, Request
from aepsych_grpc.core.generators.optimize_acquisition import OptimizeAcquisitionOptions, build_optimize_acquisition
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.generators.thompson import ThompsonOptions, build_thompson
from aepsych_grpc.core.generators.uniform import Uniform

_COIN = 2**32 - 1
"""Mixed into the seed of the coins, so that they share no random numbers with what they choose between."""

_NOTHING = OptimizeAcquisitionOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class EpsilonGreedyOptions:
    """How often to explore, and who chooses otherwise."""

    epsilon: float = option(0.1, "Probability of a stimulus drawn uniformly from the space.", minimum=0, maximum=1)
    generator: str = option(
        "optimize_acquisition",
        "The generator that chooses otherwise.",
        choices=("optimize_acquisition", "thompson_sampling"),
    )


@dataclass(frozen=True, slots=True)
class EpsilonGreedy:
    """With probability epsilon a uniform draw, otherwise the greedy generator's choice (Sutton & Barto 2018, 2.2).

    A trial's coin is a function of seed and index.
    """

    epsilon: float
    greedy: Generator
    uniform: Uniform
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials, up to where the coin turns."""
        trials = range(request.index, request.index + request.count)
        coins = [bool(random_stream(request.seed ^ _COIN, trial).random() < self.epsilon) for trial in trials]
        run = next((i for i, coin in enumerate(coins) if coin != coins[0]), len(coins))
        chooser = self.uniform if coins[0] else self.greedy
        return chooser.generate(replace(request, count=run))


def build_epsilon_greedy(context: GeneratorContext, options: EpsilonGreedyOptions) -> EpsilonGreedy:
    """Make the generator.

    Raises:
        InvalidConfigError: When the greedy generator isn't for the outcome; the path is `options.generator`.
        ValueError: When a trial shows more stimuli than models learn from.
    """
    if violations := _violations(options, context.outcome):
        raise InvalidConfigError(violations)
    sampling = options.generator == "thompson_sampling"
    greedy = build_thompson(context, ThompsonOptions()) if sampling else build_optimize_acquisition(context, _NOTHING)
    return EpsilonGreedy(options.epsilon, greedy, Uniform(context))


def check_epsilon_greedy(options: EpsilonGreedyOptions, trials: Trials) -> list[Violation]:
    """Find out whether the greedy generator isn't for the outcome; the path is `options.generator`."""
    return _violations(options, trials.outcomes[0].kind)


def _violations(options: EpsilonGreedyOptions, kind: outcome.Kind) -> list[Violation]:
    if options.generator != "thompson_sampling" or isinstance(kind, outcome.Psychometric):
        return []
    message = '"thompson_sampling" is for binary outcomes and proportions; choose "optimize_acquisition".'
    return [Violation("options.generator", message)]
