"""Contrast thresholds over spatial frequency: a problem whose truth is known.

Sensitivity is the inverse of the threshold, a log-parabola over spatial frequency (Watson and Ahumada 2005, "A standard
model for foveal detection of spatial contrast", Journal of Vision 5(9):6) that stops falling towards low frequencies
(Lesmes, Lu, Baek and Albright 2010, "Bayesian adaptive estimation of the contrast sensitivity function: the quick CSF
method", Journal of Vision 10(3):17):

    log10 S(w) = log10 S_max - log10(2) ((log2 w - log2 w_max) / (b/2))^2
    log10 S(w) >= log10 S_max - delta   for w < w_max

The response follows a cumulative normal in log contrast, f(c, w) = (log10 c - log10 T(w)) / sigma with T = 1 / S.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastSensitivity:
    """A participant's contrast sensitivity; the defaults are those of an observer with good eyesight.

    Attributes:
        peak_sensitivity: S_max, the largest sensitivity, above 0.
        peak_frequency: w_max, the spatial frequency at which it lies, in cycles/degree.
        bandwidth: b, the full width at half of the largest sensitivity, in octaves.
        low_frequency_loss: delta, by how much sensitivity falls at most towards low frequencies, in log10 units.
        spread: sigma, the standard deviation of the psychometric function, in log10 units of contrast. The default has
            at threshold the slope of a Weibull function with exponent 3.5 (Watson and Pelli 1983, "QUEST", Perception
            and Psychophysics 33): 1 / (sigma sqrt(2 pi)) = 3.5 log(2) log(10) / 2.
    """

    peak_sensitivity: float = 120.0
    peak_frequency: float = 3.0
    bandwidth: float = 3.0
    low_frequency_loss: float = 0.5
    spread: float = 0.143

    def sensitivity(self, spatial_frequency: float) -> float:
        """Return S at a spatial frequency in cycles/degree."""
        octaves = math.log2(spatial_frequency / self.peak_frequency)
        loss = math.log10(2) * (octaves / (self.bandwidth / 2)) ** 2
        if octaves < 0:
            loss = min(loss, self.low_frequency_loss)
        return float(self.peak_sensitivity * 10**-loss)

    def threshold(self, spatial_frequency: float) -> float:
        """Return T, the contrast at which the latent field is 0: half of the way from guessing to certainty."""
        return 1 / self.sensitivity(spatial_frequency)

    def field(self, stimulus: Mapping[str, Any]) -> float:
        """Return the latent field at a stimulus with `contrast` and `spatial_frequency`."""
        threshold = self.threshold(stimulus["spatial_frequency"])
        return math.log10(stimulus["contrast"] / threshold) / self.spread
