"""How well a participant is known: estimates against the truth. Averages of nothing are NaN."""

import torch
from torch import Tensor

CLIP = 1e-6
"""Probabilities are kept this far from 0 and 1 before logarithms are taken."""


def level_set_brier_score(p: Tensor, target: float, below: Tensor) -> float:
    """Return the Brier score of the claims that p lies below the target: 2 mean((1[p <= target] - P(f < gamma))^2).

    0 is certain and right everywhere, 1/2 is undecided everywhere, 2 is certain and wrong everywhere (Brier 1950, whose
    score sums over both classes; on the level set as in Letham et al. 2022, arXiv:2203.09751).

    Args:
        p: True response probabilities, `n`.
        target: The probability that defines the level set.
        below: Posterior probabilities that the field lies below the target's latent value, `n`.
    """
    return float(2 * ((p <= target).to(below.dtype) - below).square().mean())


def threshold_rmse(truth: Tensor, estimate: Tensor) -> float:
    """Return the root mean square error of thresholds, `n` each, over contexts where the true one exists (not NaN)."""
    known = ~truth.isnan()
    return float((truth - estimate)[known].square().mean().sqrt())


def log_loss(y: Tensor, p: Tensor) -> float:
    """Return the mean negative log likelihood of responses `n`, 0 or 1, under probabilities `n`; nats a response.

    `y` may also be true probabilities: the loss is then the expected one.
    """
    p = p.clamp(CLIP, 1 - CLIP)
    return float(-(y * p.log() + (1 - y) * torch.log1p(-p)).mean())


def brier_score(y: Tensor, p: Tensor) -> float:
    """Return the mean square difference of responses (or true probabilities) `n` and probabilities `n`."""
    return float((y - p).square().mean())


def coverage(truth: Tensor, lower: Tensor, upper: Tensor) -> float:
    """Return the share of credible intervals that hold the truth, `n` each, where the truth exists (not NaN)."""
    known = ~truth.isnan()
    inside = (lower <= truth) & (truth <= upper)
    return float(inside[known].double().mean())
