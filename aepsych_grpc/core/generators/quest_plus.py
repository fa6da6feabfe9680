"""QUEST+: the level from which threshold and spread of one psychometric function are learned fastest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from aepsych_grpc.config.options import option
from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Value
from aepsych_grpc.core.generators.along import CONTEXT, PARAMETER, Along, Answer, build_along, repeated
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.space.axis import Axis

Array: TypeAlias = NDArray[np.float64]

THRESHOLDS = 61
"""Thresholds on the grid, over the parameter's range."""
SPREADS = np.geomspace(0.02, 0.5, 15)
"""Spreads on the grid, as shares of the parameter's range on its scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestPlusOptions:
    """Along which parameter, with which function, and how fine."""

    parameter: str = option("", PARAMETER)
    context: Mapping[str, Value] | None = option(None, CONTEXT)
    function: str = option(
        "normal",
        "The psychometric function's shape on the parameter's scale: normal (probit), or gumbel (with log_scale the "
        "Weibull function).",
        choices=("normal", "gumbel"),
    )
    levels: int = option(50, "Levels to choose from, evenly spaced on the parameter's scale.", minimum=2, maximum=500)


@dataclass(frozen=True, slots=True)
class QuestPlus:
    """The level u with the least expected entropy of the belief about threshold t and spread s (Watson 2017, eq. 6).

        p(1 | u, t, s) = g + (1 - g - l) F((u - t) / s),   F(z) = Phi(z), or 1 - exp(-exp(z)) for gumbel

    u, t and s are in units of the parameter's range, on its own scale. The belief is a grid, uniform at first in t
    (61 values) and in log s (15 values from .02 to .5); guess and lapse rate are the outcome's. It is computed anew
    from the responses. Trials that are asked before the responses to earlier ones are told have the same level.
    """

    along: Along
    outcome: Binary
    function: str
    levels: Array
    limit: None = None

    def generate(self, request: Request) -> Choice:
        """Choose the next trials: the first of equally good levels."""
        axis = self._axis
        belief = self._belief(self.along.answers(request.told, request.fixed))
        best = float(self.levels[np.argmin(self._expected_entropy(belief))])
        trial = self.along.trial(_value(axis, best), request.fixed)
        return Choice(points=repeated(trial, request.count), source=Source.RULE)

    @property
    def _axis(self) -> Axis:
        return self.along.space.axis(self.along.parameter)

    def _probability(self, u: Array) -> Array:
        """Return p(1) at levels `k` for every threshold and spread, `k x (t s)`."""
        thresholds = np.linspace(self._axis.first, self._axis.last, THRESHOLDS)
        z = (u[:, None, None] - thresholds[:, None]) / SPREADS
        rise = ndtr(z) if self.function == "normal" else -np.expm1(-np.exp(np.minimum(z, 700.0)))
        p = self.outcome.guess_rate + (1 - self.outcome.guess_rate - self.outcome.lapse_rate) * rise
        return np.asarray(p.reshape(len(u), -1))

    def _belief(self, answers: Sequence[Answer]) -> Array:
        """Return the probability of every threshold and spread given the answers, `t s`."""
        log_belief = np.zeros(THRESHOLDS * len(SPREADS))
        if answers:
            u = np.array([self._axis.encode(value) for value, _ in answers])
            yes = np.array([response for _, response in answers])[:, None] == 1
            p = self._probability(u)
            # A response that is impossible under every threshold and spread must not leave nothing to believe in.
            log_belief = np.log(np.maximum(np.where(yes, p, 1 - p), 1e-300)).sum(0)
        belief = np.exp(log_belief - log_belief.max())
        return np.asarray(belief / belief.sum())

    def _expected_entropy(self, belief: Array) -> Array:
        """Return E_y H(t, s | u, y) for every level, `k`, up to a constant: E_p[h(p)] - h(E p) with the binary h."""
        p = self._probability(self.levels)
        return np.asarray(_entropy(p) @ belief - _entropy(p @ belief))


def _entropy(p: Array) -> Array:
    """Return -p log p - (1 - p) log(1 - p)."""
    q = np.clip(p, 1e-300, 1.0)
    r = np.clip(1 - p, 1e-300, 1.0)
    return np.asarray(-p * np.log(q) - (1 - p) * np.log(r))


def _value(axis: Axis, level: float) -> float:
    value = axis.decode(level)
    if isinstance(value, str):
        raise TypeError(f"{value!r} is no number to go along.")
    return float(value)


def build_quest_plus(context: GeneratorContext, options: QuestPlusOptions) -> QuestPlus:
    """Make the generator.

    Raises:
        InvalidConfigError: As `check_along`.
    """
    along, outcome = build_along(context, options), context.outcome
    if not isinstance(outcome, Binary):
        raise TypeError(f"QUEST+ goes by yes or no, not by {outcome!r}.")
    axis = context.space.axis(along.parameter)
    levels = np.linspace(axis.first, axis.last, min(options.levels, axis.levels or options.levels))
    # Levels that stand for the same value count once.
    values = dict.fromkeys(axis.encode(axis.decode(float(level))) for level in levels)
    return QuestPlus(along, outcome, options.function, np.array(list(values)))
