"""Contrast detection as test problems: over spatial frequency alone, and over five properties of the stimulus.

The second composes, in log10 units, laws that are each well established; it stands for no data set:

    log10 S = log10 CSF(w, w_max) - 0.035 v - 0.03 w e / (1 + 0.2 w) + 0.3 log10(L / 30) + 0.25 log10(r / (r + 1) * 2)

- spatial frequency w: the CSF of `contrast_sensitivity`, whose peak w_max falls from 3 cycles/degree by 0.05 octaves
  per Hz (sensitivity turns from band-pass to low-pass in spatial frequency as temporal frequency rises; Robson 1966,
  "Spatial and temporal contrast-sensitivity functions of the visual system", JOSA 56),
- temporal frequency v in Hz and luminance L in cd/m^2: log-linear ("the pyramid of visibility", Watson and Ahumada
  2016, Human Vision and Electronic Imaging),
- eccentricity e in degrees: log-linear, and steeper for finer gratings (Watson 2018, "The field of view, the field of
  resolution, and the field of contrast sensitivity", Electronic Imaging),
- radius r in degrees: spatial summation that saturates around 1 degree (Rovamo, Luntinen and Nasanen 1993, "Modelling
  the dependence of contrast sensitivity on grating area and spatial frequency", Vision Research 33).

Responses are two-alternative forced choices: p = 1/2 + (1/2 - 0.02) Phi((log10 c + log10 S) / 0.143).
"""

import math

import torch
from torch import Tensor

from aepsych_grpc.bench.contrast_sensitivity import ContrastSensitivity
from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.config.outcome import Binary
from aepsych_grpc.config.parameter import Continuous, Parameter

_OBSERVER = ContrastSensitivity()
_CHOICE = Binary(guess_rate=0.5, lapse_rate=0.02, target=0.75)

_CONTRAST = Parameter(name="contrast", kind=Continuous(lower_bound=0.002, upper_bound=1, log_scale=True))
_SPATIAL_FREQUENCY = Parameter(
    name="spatial_frequency", unit="cycles/degree", kind=Continuous(lower_bound=0.5, upper_bound=16, log_scale=True)
)


def log_sensitivity(w: Tensor, w_max: Tensor | float) -> Tensor:
    """Return log10 of the contrast sensitivity at spatial frequencies, for given positions of its peak."""
    octaves = torch.log2(w / w_max)
    loss = math.log10(2) * (octaves / (_OBSERVER.bandwidth / 2)) ** 2
    low = octaves < 0
    return math.log10(_OBSERVER.peak_sensitivity) - torch.where(low, loss.clamp(max=_OBSERVER.low_frequency_loss), loss)


def _choice(log_contrast: Tensor, log_s: Tensor) -> Tensor:
    span = 1 - _CHOICE.guess_rate - _CHOICE.lapse_rate
    p: Tensor = _CHOICE.guess_rate + span * torch.special.ndtr((log_contrast + log_s) / _OBSERVER.spread)
    return p


def contrast_probability(x: Tensor) -> Tensor:
    """Return p(right) at (contrast, spatial frequency), `n x 2`."""
    return _choice(x[:, 0].log10(), log_sensitivity(x[:, 1], _OBSERVER.peak_frequency))


def contrast_6d_probability(x: Tensor) -> Tensor:
    """Return p(right) at (contrast, w, v, e, r, L), `n x 6`."""
    contrast, w, v, e, r, luminance = x.T
    log_s = (
        log_sensitivity(w, _OBSERVER.peak_frequency * 2 ** (-0.05 * v))
        - 0.035 * v
        - 0.03 * w * e / (1 + 0.2 * w)
        + 0.3 * torch.log10(luminance / 30)
        + 0.25 * torch.log10(2 * r / (r + 1))
    )
    return _choice(contrast.log10(), log_s)


CONTRAST_2D = Problem(
    name="contrast-2d",
    parameters=(_CONTRAST, _SPATIAL_FREQUENCY),
    response=contrast_probability,
    outcome=_CHOICE,
    intensity="contrast",
)

CONTRAST_6D = Problem(
    name="contrast-6d",
    parameters=(
        _CONTRAST,
        _SPATIAL_FREQUENCY,
        Parameter(name="temporal_frequency", unit="Hz", kind=Continuous(lower_bound=0, upper_bound=20)),
        Parameter(name="eccentricity", unit="degree", kind=Continuous(lower_bound=0, upper_bound=10)),
        Parameter(name="radius", unit="degree", kind=Continuous(lower_bound=0.25, upper_bound=4, log_scale=True)),
        Parameter(name="luminance", unit="cd/m^2", kind=Continuous(lower_bound=1, upper_bound=100, log_scale=True)),
    ),
    response=contrast_6d_probability,
    outcome=_CHOICE,
    intensity="contrast",
)
