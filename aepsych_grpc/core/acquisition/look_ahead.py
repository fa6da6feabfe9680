"""Looking ahead: what the level set will look like once the next response is known.

With c = cov(f*, f_q) between candidate * and reference q, a response y at the candidate moves the belief at q to

    m' = m_q + c d1(y),   v' = v_q + c^2 d2(y),   pi' = P(f_q < gamma | y) = Phi((gamma - m') / sqrt(v'))

where d1, d2 are the derivatives of log p(y) by the mean at the candidate: moment matching, exact in mean and variance.
Against the exact bivariate normal (Letham et al. 2022) scores correlate with .993 or more over
candidates, and cost a third.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.core.acquisition.context import AcquisitionContext, target_of
from aepsych_grpc.core.acquisition.references import References, draw_references
from aepsych_grpc.core.alternatives import parts
from aepsych_grpc.core.posterior import Posterior, relation
from aepsych_grpc.core.responses.response import Foreseen, Response

SMALLEST_VARIANCE = 1e-9
"""Floor of v', which rounding can take below 0."""

Gain: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""What a response teaches: from pi' (`m x k`), pi (`k`) and weights (`k`) to `m`."""


def moved(mean: Tensor, variance: Tensor, c: Tensor, c_squared: Tensor, one: Foreseen) -> tuple[Tensor, Tensor]:
    """Return m' and v' at references once a response is known at each candidate.

    `k` and `k`, with the covariances of candidates and references and their squares, `m x k`, to `m x k` and `m x k`.
    """
    ahead = torch.addcmul(variance, c_squared, one.d2[:, None]).clamp_(min=SMALLEST_VARIANCE)
    return torch.addcmul(mean, c, one.d1[:, None]), ahead


@dataclass(frozen=True, slots=True)
class LookAhead:
    """The expected gain over a candidate's possible responses, sum_y p(y) gain(pi', pi, w); higher is better.

    By several equally likely beliefs i, a response also tells which of them is right:

        p(y) = mean_i p_i(y),   pi' = sum_i p_i(y) pi_i' / sum_i p_i(y),   pi = mean_i pi_i

    Attributes:
        target: The response E[y] whose contour is sought.
        gain: What a response teaches.
        by_alternatives: Whether it is to judge by several beliefs: each has to foresee the same responses.
    """

    target: float
    gain: Gain
    by_alternatives: bool = False

    def prepare(
        self, posterior: Posterior, response: Response, snap: Callable[[Tensor], Tensor], rng: np.random.Generator
    ) -> Callable[[Tensor], Tensor]:
        """Draw references and return the score as a function of candidates, `m x d` to `m`."""
        gamma, beliefs = response.latent(self.target), parts(posterior)
        references = draw_references(beliefs, gamma, snap, rng)
        return _Score(beliefs, response, gamma, references, self.gain)


def look_ahead(context: AcquisitionContext, target: float | None, gain: Gain) -> LookAhead:
    """Make the acquisition function; raises as `target_of` does."""
    return LookAhead(target_of(context, target), gain, by_alternatives=isinstance(context.outcome, Binary))


class _Score:
    """The expected gain for one state of the belief."""

    def __init__(
        self, beliefs: Sequence[Posterior], response: Response, gamma: float, references: References, gain: Gain
    ) -> None:
        self._relations = [relation(belief, references.points) for belief in beliefs]
        self._response = response
        self._references = references
        self._gain = gain
        self._above = references.mean - gamma
        self._pi = torch.special.ndtr(-self._above / references.variance.sqrt()).mean(0)

    def __call__(self, X: Tensor) -> Tensor:
        """Score candidates."""
        by_belief = [list(self._foreseen(i, X)) for i in range(len(self._relations))]
        score = torch.zeros(len(X), dtype=torch.float64)
        for alternatives in zip(*by_belief, strict=True):
            weight, ahead = alternatives[0]
            if len(alternatives) > 1:
                weight = torch.stack([one for one, _ in alternatives]).sum(0)
                ahead = torch.stack([pi.mul_(one[:, None]) for one, pi in alternatives]).sum(0)
                ahead.div_(weight[:, None])
            score += weight * self._gain(ahead, self._pi, self._references.weights)
        return score.div_(len(by_belief))

    def _foreseen(self, i: int, X: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield, for each response that may come, its probability and pi' by a belief; `m` and `m x k`."""
        mean, variance, c = self._relations[i](X)
        c_squared = c * c
        for one in self._response.foreseen(mean, variance):
            above, spread = moved(self._above[i], self._references.variance[i], c, c_squared, one)
            yield one.weight, torch.special.ndtr(above.neg_().mul_(spread.rsqrt_()))
