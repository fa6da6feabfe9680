"""The options for what is known beforehand, of models that have statements and directions."""

from collections.abc import Iterator
from typing import Protocol

from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import Violation
from aepsych_grpc.core.models.context import ModelContext
from aepsych_grpc.core.models.knowledge import Knowledge, knowledge_of
from aepsych_grpc.core.models.monotone import (
    HasDirections,
    check_monotone,
    explain_monotone,
    monotone_field,
    rising_steps,
)
from aepsych_grpc.core.models.statement import HasStatements, check_statements, explain_statements, stated
from aepsych_grpc.core.responses.response import Response


class HasKnowledge(HasStatements, HasDirections, Protocol):
    """Options with statements and directions."""


def known_field(context: ModelContext, response: Response, options: HasKnowledge) -> Knowledge | None:
    """Return what the options know of the field; None where they say nothing."""
    steps = rising_steps(context.space, options)
    directions = [] if steps is None else [monotone_field(steps)]
    return knowledge_of([*stated(context.space, response, options), *directions])


def check_known(options: HasKnowledge, trials: Trials) -> Iterator[Violation]:
    """Find what can't be; paths begin with `options`."""
    yield from check_monotone(options, trials)
    yield from check_statements(options, trials)


def explain_known(options: HasKnowledge) -> Iterator[str]:
    """Say it in sentences."""
    yield from explain_monotone(options)
    yield from explain_statements(options)
