"""Learning from a study's earlier experiments: there is a study, and a number of them."""

from collections.abc import Iterator

from aepsych_grpc.config.experiment import PopulationPrior
from aepsych_grpc.config.violation import Violation

MOST_EXPERIMENTS = 100
"""Experiments that teach another; learning takes a time proportional to their number."""


def check_population_prior(prior: PopulationPrior, study: str, path: str) -> Iterator[Violation]:
    """Check the number of experiments, and that the study has a name to find them by; `path` is the config's."""
    if not study.strip():
        yield Violation(
            f"{path}.name",
            "Required with population_prior: earlier experiments of the study are those with the same name.",
        )
    if not 1 <= prior.max_experiments <= MOST_EXPERIMENTS:
        yield Violation(
            f"{path}.population_prior.max_experiments",
            f"{prior.max_experiments} is given; expected is 1 to {MOST_EXPERIMENTS}.",
        )
