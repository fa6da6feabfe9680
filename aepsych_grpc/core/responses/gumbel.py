"""The Gumbel function for minima: on a logarithmic axis of the stimulus it is the Weibull function."""

import math

import numpy as np
import torch
from torch import Tensor

from aepsych_grpc.core.responses.link import LinkLogs
from aepsych_grpc.core.responses.probit_mixture import Components, ProbitMixture

LARGEST = 300.0
"""exp(f) is taken of no larger f: its square is finite still."""

TINY = 1e-17
"""Below it 1 - exp(-x) is x but for rounding."""

_COMPONENTS = np.array(
    [
        (2.22363778, 0.206896295, 9.97921003e-06),
        (1.94039185, 0.229864246, 0.000269651512),
        (1.62280586, 0.263119353, 0.00344992615),
        (1.27307569, 0.302416195, 0.0216389545),
        (0.884244258, 0.349355838, 0.0745294469),
        (0.448272901, 0.406137681, 0.155418291),
        (-0.0417007319, 0.474394308, 0.212136971),
        (-0.591121676, 0.555938049, 0.206228164),
        (-1.20660021, 0.652319246, 0.153731006),
        (-1.89546626, 0.765910359, 0.0932766181),
        (-2.66698619, 0.899827962, 0.0477164313),
        (-3.53052936, 1.05874444, 0.0208209562),
        (-4.48885605, 1.24752831, 0.00765201541),
        (-5.5280706, 1.46918848, 0.00235318166),
        (-6.62557885, 1.72597786, 0.000607347394),
        (-7.7451337, 2.02345705, 0.000132413993),
        (-8.84015689, 2.36960159, 2.43427294e-05),
        (-8.96867085, 2.68914577, 1.00495142e-07),
        (-9.85894937, 2.77798402, 3.67183005e-06),
        (-9.93782453, 5.00483617, 1.95357407e-09),
        (-10.5471412, 4.01025459, 5.37394759e-08),
        (-10.6063048, 3.28645393, 4.74353448e-07),
    ]
)
"""Location, scale and weight of each component: a least-squares fit of F from f = -30 on and of 1 - F up to f = 3.2,
both relative to themselves (1 - F to at least 3e-6). The error is below 1e-5, and below 1e-4 of F(f) down to f = -30.
"""


def _gumbel(f: Tensor) -> Tensor:
    return -torch.expm1(-torch.exp(f))


def _logs(f: Tensor) -> LinkLogs:
    x = torch.exp(f.clamp_max(LARGEST))
    small = x < math.log(2)  # of two ways to log(1 - exp(-x)) the one that keeps its digits (Maechler 2012)
    below = torch.where(small, torch.log(-torch.expm1(-x.clamp_min(TINY))), torch.log1p(-torch.exp(-x)))
    return LinkLogs(below=torch.where(f < math.log(TINY), f, below), above=-x, slope=f - x, bend=1 - x)


def _inverse(share: Tensor) -> Tensor:
    return torch.log(-torch.log1p(-share))


GUMBEL = ProbitMixture(_gumbel, _logs, _inverse, Components.of(_COMPONENTS))
"""F(f) = 1 - exp(-exp(f)).

With f = beta log(x / alpha) that is the Weibull function 1 - exp(-(x / alpha)^beta) of an intensity x, with threshold
alpha at F = 1 - 1/e = .632 and slope beta (Quick 1974; Watson 1979; Treutwein 1995; Wichmann & Hill 2001). The other
Gumbel function, for maxima, exp(-exp(-f)), rises fast and levels off slowly; psychophysics doesn't use it.
"""
