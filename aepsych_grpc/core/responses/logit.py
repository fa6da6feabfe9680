"""The logit: the logistic function, with heavier tails than the probit's."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aepsych_grpc.core.responses.link import LinkLogs
from aepsych_grpc.core.responses.probit_mixture import Components, ProbitMixture, log_spaced

_TERMS = np.arange(1, 41)[:, None]


def _kolmogorov_density(k: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of the Kolmogorov distribution, from the series that converges fast (Feller 1948)."""
    squares = _TERMS**2
    large = -8 * k * ((-1.0) ** _TERMS * squares * np.exp(-2 * squares * k * k)).sum(0)
    rates = (2 * _TERMS - 1) ** 2 * math.pi**2 / 8
    small = math.sqrt(2 * math.pi) * (np.exp(-rates / k**2) * (2 * rates / k**4 - 1 / k**2)).sum(0)
    density: NDArray[np.float64] = np.where(k < 1, small, large)
    return density


def _components() -> Components:
    """Return the logistic function as a scale mixture of probits: Phi(f / s) with s / 2 Kolmogorov (Stefanski 1991).

    That is exact. The trapezoidal rule over log s with 20 nodes leaves an error below 1e-12, and one below 2e-5 of
    F(f) down to f = -20.
    """
    scales = log_spaced(0.45, 8.0, 20)
    return Components.of(np.stack([0 * scales, scales, scales * _kolmogorov_density(scales / 2)], 1))


def _logistic(f: Tensor) -> Tensor:
    return torch.sigmoid(f)


def _logs(f: Tensor) -> LinkLogs:
    below, above = torch.nn.functional.logsigmoid(f), torch.nn.functional.logsigmoid(-f)
    return LinkLogs(below=below, above=above, slope=below + above, bend=-torch.tanh(0.5 * f))


def _inverse(share: Tensor) -> Tensor:
    return torch.logit(share)


LOGIT = ProbitMixture(_logistic, _logs, _inverse, _components())
"""F(f) = 1 / (1 + exp(-f)). One unit of f multiplies the odds of a 1 by e."""
