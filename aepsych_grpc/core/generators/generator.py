"""The seam between generators and the session."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.acquisition.acquisition import Acquisition
from aepsych_grpc.core.posterior import Posterior
from aepsych_grpc.core.responses.response import Response


class Source(enum.Enum):
    """How a trial was chosen."""

    SOBOL = "sobol"
    MODEL = "model"
    FALLBACK = "fallback"
    MANUAL = "manual"
    UNSOLICITED = "unsolicited"
    RANDOM = "random"
    RULE = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What a model-based generator works with."""

    posterior: Posterior
    response: Response
    acquisition: Acquisition


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the next trials are to be.

    Attributes:
        count: Number of trials wanted, at least 1.
        index: Number of trials that this strategy has asked before.
        seed: The strategy's seed; all randomness is a function of it and `index`.
        fixed: Values that the stimuli must have, by parameter name.
        pending: Points of trials that await a response, `p x s x d`.
        belief: For generators that need a model.
        deadline: `time.monotonic()` by which the choice must be there; None for no limit.
    """

    count: int
    index: int
    seed: int
    fixed: Mapping[str, Value]
    pending: Tensor
    belief: Belief | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Trials chosen: points `count x s x d` (fewer when the generator has no more to give), and how."""

    points: Tensor
    source: Source
    note: str = ""


class Generator(Protocol):
    """Chooses trials. A pure function of its request, bit for bit, unless the deadline cuts it short."""

    @property
    def limit(self) -> int | None:
        """How many trials it can give in all; None for no limit."""

    def generate(self, request: Request) -> Choice:
        """Choose the next trials. Never raises for lack of time or numerical trouble: falls back and says so."""
