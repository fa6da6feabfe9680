"""The seam between generators and the session."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

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
    """What a model-based generator works with; `acquisition` is None where the generator uses none."""

    posterior: Posterior
    response: Response
    acquisition: Acquisition | None


@dataclass(frozen=True, slots=True)
class Told:
    """A trial that was asked and answered: its stimuli as they were shown, and the response to choose by."""

    stimuli: tuple[Mapping[str, Value], ...]
    response: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the next trials are to be.

    Attributes:
        count: Number of trials wanted, at least 1.
        index: Number of trials that this strategy has asked before.
        seed: The strategy's seed; all randomness is a function of it and `index`.
        fixed: Values that the stimuli must have, by parameter name.
        pending: Points of trials that await a response, `p x s x d`.
        asked: Stimuli of the trials that this strategy has asked before, `index` of them, in order.
        told: Those of them that have a response to learn from, in the order of telling.
        belief: For generators that need a model; None while there is nothing to learn from, or no time to.
        deadline: `time.monotonic()` by which the choice must be there; None for no limit.
    """

    count: int
    index: int
    seed: int
    fixed: Mapping[str, Value]
    pending: Tensor
    asked: tuple[tuple[Mapping[str, Value], ...], ...] = ()
    told: tuple[Told, ...] = ()
    belief: Belief | None = None
    deadline: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Trials chosen, and how: points `count x s x d`, or fewer when the next ones need another way of choosing.

    Without any points the generator has no more to give, and says why in `note` if its limit isn't reached.
    """

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


@runtime_checkable
class ForOutcomes(Protocol):
    """A generator that chooses each trial for one of several outcomes: the one that its request's belief is about."""

    @property
    def acquisition_names(self) -> Mapping[str, str]:
        """Names of acquisition functions by outcome, where the generator names one."""

    def outcome_at(self, seed: int, index: int) -> str:
        """Return the name of the outcome that the trial `index` of the strategy is chosen for."""


@runtime_checkable
class SelfEnding(Protocol):
    """A generator that ends its strategy when the responses have told it enough."""

    def has_ended(self, told: Sequence[Told]) -> bool:
        """Whether these responses, in the order of telling, are enough."""
