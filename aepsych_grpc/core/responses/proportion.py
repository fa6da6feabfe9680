"""How many of several presentations were seen: the response of a proportion."""

import math
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from aepsych_grpc.core.responses.beta_rule import beta_rule
from aepsych_grpc.core.responses.binary import BinaryResponse
from aepsych_grpc.core.responses.laplace_grid import LaplaceGrid, laplace_grid
from aepsych_grpc.core.responses.link import LinkLogs
from aepsych_grpc.core.responses.response import MIN_NORMALIZER, MIN_SHRINKAGE, Foreseen, foreseen_values

FORESEEN = 3
"""Counts that stand for all that may come, where there are more."""

BENDS = torch.tensor([0.02, 0.2, 0.5, 0.8, 0.98], dtype=torch.float64)
"""Shares of the psychometric function's height around which the likelihood may bend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionResponse:
    """The binomial distribution of a count out of presentations that are alike (Wichmann & Hill 2001, eq. 2).

        p(y = k | f) = C(n, k) p^k (1 - p)^(n - k),   p = g + (1 - g - l) F(f)

    E[y | f] is told as the proportion p. A count need not be whole: Gamma functions stand for factorials.

    Attributes:
        each: How a single presentation is answered.
        trials: n, how many presentations there are, at least 1.
    """

    each: BinaryResponse
    trials: int

    def mean(self, f: Tensor) -> Tensor:
        """Return p at latent values, elementwise."""
        return self.each.mean(f)

    def expected_mean(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return E[p] under f ~ N(mean, variance), elementwise."""
        return self.each.expected_mean(mean, variance)

    def mean_variance(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return the variance of p under f ~ N(mean, variance), elementwise; not differentiable."""
        return self.each.mean_variance(mean, variance)

    def latent(self, value: float) -> float:
        """Return f with p(f) = value, as `BinaryResponse.latent`."""
        return self.each.latent(value)

    def foreseen(self, mean: Tensor, variance: Tensor) -> tuple[Foreseen, ...]:
        """Return all counts of up to 2 presentations, else 3 that stand for them; see `Response.foreseen`.

        They are the Gauss rule of the beta distribution with the mean and variance of y / n,

            E p,   Var p + E[p (1 - p)] / n

        which looks ahead over 3 responses however many counts there are. SUR and global MI of 512 candidates, summed
        over all counts of 5 to 100 presentations, correlate with theirs by .99, and the best candidate is the same but
        for .1 % of its score; for BALD, local MI and EAVC by .96 to 1.00, but for 0 to 8 %.
        """
        n = self.trials
        if n < FORESEEN:
            return foreseen_values(self, range(n + 1), mean, variance)
        p, spread = self.expected_mean(mean, variance), self.mean_variance(mean, variance)
        shares, weights = beta_rule(p, spread + (p * (1 - p) - spread).clamp_min(0.0) / n, FORESEEN)
        counts = n * shares
        _, d1, d2 = self.tilted(counts, mean.expand_as(counts), variance.expand_as(counts))
        return tuple(Foreseen(*one) for one in zip(counts, weights, d1, d2, strict=True))

    def tilted(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return Z, d1, d2 of a count, or of one count per element, from the moments of the product on a grid."""
        count, grid = self._grid(y, mean, variance)
        f, log_weights = grid.whole()
        logs = self._log_likelihood(count[..., None], f) + log_weights
        log_z = torch.logsumexp(logs, -1)
        shares = torch.exp(logs - log_z[..., None])
        offset = f - grid.mode[..., None]
        shift = (shares * offset).sum(-1)
        spread = (shares * (offset - shift[..., None]).square()).sum(-1)
        return (
            torch.exp(log_z).clamp_min(MIN_NORMALIZER),
            (grid.mode - grid.mean + shift) / grid.variance,
            torch.maximum((spread / grid.variance - 1) / grid.variance, (MIN_SHRINKAGE - 1) / grid.variance),
        )

    def below(self, y: float | Tensor, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return P(f < gamma | y), elementwise."""
        count, grid = self._grid(y, mean, variance)
        cut = grid.place(gamma)
        sides = []
        for low, high in ((-grid.reach, cut), (cut, grid.reach)):
            f, log_weights = grid.between(low, high)
            sides.append(torch.logsumexp(self._log_likelihood(count[..., None], f) + log_weights, -1))
        below: Tensor = torch.sigmoid(sides[0] - sides[1])
        return below

    def information(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return I(y; f) as the expected loss of entropy of the Gaussian belief, -1/2 E log(1 + variance d2)."""
        total = torch.zeros_like(mean)
        for one in self.foreseen(mean, variance):
            total = total - 0.5 * one.weight * torch.log1p(variance * one.d2)
        return total

    def _grid(self, y: float | Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, LaplaceGrid]:
        """Return counts and a grid for each element."""
        count = torch.as_tensor(y, dtype=mean.dtype).expand_as(mean)
        n, each = self.trials, self.each
        # Half a presentation from all or none the likelihood is nearly as large as it gets, and curved.
        peak, near = (
            each.link.inverse((share - each.guess_rate) / each.span) for share in (count / n, (count + 0.5) / (n + 1))
        )
        bends = each.link.inverse(BENDS)
        return count, laplace_grid(
            partial(self._log_likelihood, count), partial(self._slopes, count), peak, near, bends, mean, variance
        )

    def _log_likelihood(self, count: Tensor, f: Tensor) -> Tensor:
        n = self.trials
        logs = self.each.link.logs(f)
        seen, missed = self._log_probabilities(logs)
        ways = math.lgamma(n + 1) - torch.lgamma(count + 1) - torch.lgamma(n - count + 1)
        return count * seen + (n - count) * missed + ways

    def _slopes(self, count: Tensor, f: Tensor) -> tuple[Tensor, Tensor]:
        """Return first and second derivative of the log likelihood, through those of log p and log(1 - p)."""
        logs = self.each.link.logs(f)
        seen, missed = self._log_probabilities(logs)
        rise = math.log(self.each.span) + logs.slope
        up, down = torch.exp(rise - seen), torch.exp(rise - missed)
        rest = self.trials - count
        return count * up - rest * down, count * up * (logs.bend - up) - rest * down * (logs.bend + down)

    def _log_probabilities(self, logs: LinkLogs) -> tuple[Tensor, Tensor]:
        """Return log p and log(1 - p)."""
        log_span = math.log(self.each.span)
        parts = []
        for log_share, floor in ((logs.below, self.each.guess_rate), (logs.above, self.each.lapse_rate)):
            share = log_span + log_share
            parts.append(torch.logaddexp(share, torch.full_like(share, math.log(floor))) if floor else share)
        return parts[0], parts[1]
