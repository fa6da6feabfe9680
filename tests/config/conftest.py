from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from aepsych_grpc.config.catalogue import Catalogue, Entry
from aepsych_grpc.config.options import option
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOptions:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadOptions:
    scramble: bool = option(True, "Scramble the sequence.")
    skip: int = option(0, "Points to skip.", minimum=0, maximum=1000)
    weights: tuple[float, ...] | None = option(None, "Weight of each parameter.", minimum=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    points: tuple[Mapping[str, Any], ...] = option(..., "The stimuli, one after the other.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    structure: str = option("auto", "What the prior knows.", choices=("auto", "intensity", "smooth"))


def needs_intensity(options: ModelOptions, trials: Trials) -> Iterator[Violation]:
    if options.structure == "intensity" and not trials.intensity_parameter:
        yield Violation("options.structure", "It needs an intensity_parameter.")


def entry(name: str, options: type = NoOptions, **more: Any) -> Entry[Any]:
    return Entry(name=name, summary=f"What {name} does.", options=options, build=NoOptions, **more)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    models = [
        entry("gp_classification", ModelOptions, outcome_kinds=("binary", "proportion"), check=needs_intensity),
        entry("gp_rating", outcome_kinds=("ordinal",)),
    ]
    acquisitions = [entry("sur", outcome_kinds=("binary", "proportion")), entry("variance")]
    generators = [
        entry("sobol", SpreadOptions, keeps_constraints=True),
        entry("random"),
        entry("manual", ListOptions),
        entry("acquisition", needs_model=True, keeps_constraints=True),
    ]
    return Catalogue(
        models={one.name: one for one in models},
        acquisitions={one.name: one for one in acquisitions},
        generators={one.name: one for one in generators},
    )
