"""Entropy of a yes-or-no quantity."""

from torch import Tensor
from torch.special import entr


def binary_entropy(p: Tensor) -> Tensor:
    """Return H(p) = -p log p - (1 - p) log(1 - p), elementwise, in nats."""
    entropy: Tensor = entr(p) + entr(1 - p)
    return entropy
