"""The probit: Gaussian noise is added to what the stimulus evokes, and a yes is said above a criterion."""

import math
from dataclasses import dataclass

import torch
from scipy.special import owens_t
from torch import Tensor

from aepsych_grpc.core.responses.bivariate_normal import bivariate_normal_cdf
from aepsych_grpc.core.responses.link import LinkLogs, within

LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True, slots=True)
class Probit:
    """F = Phi. One unit of f is one standard deviation of the noise (Thurstone 1927).

    Everything is in closed form under a Gaussian f (Rasmussen & Williams 2006, section 3.9).
    """

    def probability(self, f: Tensor) -> Tensor:
        """Return Phi(f)."""
        p: Tensor = torch.special.ndtr(f)
        return p

    def logs(self, f: Tensor) -> LinkLogs:
        """Return the logarithms of Phi, of 1 - Phi and of phi, and phi' / phi = -f."""
        return LinkLogs(
            below=torch.special.log_ndtr(f),
            above=torch.special.log_ndtr(-f),
            slope=-LOG_SQRT_2PI - 0.5 * f * f,
            bend=-f,
        )

    def inverse(self, share: Tensor) -> Tensor:
        """Return f with Phi(f) = share."""
        f: Tensor = torch.special.ndtri(within(share))
        return f

    def expected(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return Phi(mean / sqrt(1 + variance))."""
        return self.probability(mean / torch.sqrt(1 + variance))

    def spread(self, mean: Tensor, variance: Tensor) -> Tensor:
        """Return Var[Phi(f)]; not differentiable.

        E[Phi(f)^2] is a bivariate normal probability at equal arguments h = mean / sqrt(1 + variance) with
        correlation variance / (1 + variance): Phi(h) - 2 T(h, 1 / sqrt(1 + 2 variance)) with Owen's T (Owen 1956).
        """
        h = (mean / torch.sqrt(1 + variance)).detach()
        # Not from_numpy: of a single belief it is a number.
        owen = torch.as_tensor(owens_t(h.numpy(), torch.rsqrt(1 + 2 * variance.detach()).numpy()))
        spread: Tensor = torch.special.ndtr(h) * torch.special.ndtr(-h) - 2 * owen
        return spread.clamp_min(0.0)

    def below(self, gamma: float, mean: Tensor, variance: Tensor) -> Tensor:
        """Return P(W < f < gamma), W ~ N(0, 1): a bivariate normal probability; not differentiable."""
        sd, wide = variance.sqrt(), (1 + variance).sqrt()
        both = bivariate_normal_cdf(((gamma - mean) / sd).numpy(), (mean / wide).numpy(), (-sd / wide).numpy())
        return torch.from_numpy(both)

    def tilted(self, yes: Tensor, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log Z = log Phi(z), Z' / Z = s phi(z) / (Phi(z) S) and Z'' / Z = -z phi(z) / (Phi(z) S^2).

        s = 2 yes - 1, S = sqrt(1 + variance), z = s mean / S.
        """
        sign = 2 * yes - 1
        scale = torch.sqrt(1 + variance)
        z = sign * mean / scale
        log_z = torch.special.log_ndtr(z)
        slope = torch.exp(-LOG_SQRT_2PI - 0.5 * z * z - log_z) / scale
        return log_z, sign * slope, -z * slope / scale


PROBIT = Probit()
