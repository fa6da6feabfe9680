"""How well a method knows a problem after some trials."""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from aepsych_grpc.bench.metrics import brier_score, coverage, level_set_brier_score, log_loss, threshold_rmse
from aepsych_grpc.bench.problem import Problem
from aepsych_grpc.core.queries.estimate import Scale
from aepsych_grpc.core.queries.mixture import latent_mixture
from aepsych_grpc.core.queries.threshold import threshold_contour
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.session.fitted import Fitted

POINTS = 1024
CONTEXTS = 24
GRID = 60
"""Points along the intensity where AEPsych's belief is looked at; its threshold lies where the mean crosses."""
LEVEL = 0.9
SEED = 20_211


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What `aepsych_grpc.bench.metrics` says; NaN where a method or a problem has no such thing."""

    level_set_brier: float
    threshold_rmse: float
    coverage: float
    log_loss: float
    brier: float

    def as_record(self) -> dict[str, float | None]:
        """The measures as JSON takes them."""
        return {name: None if math.isnan(value) else value for name, value in asdict(self).items()}


class Truth:
    """A problem's truth at the points and contexts where methods are measured; the same for all methods and seeds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.X = sobol_points(problem.space.d, POINTS, seed=SEED)
        self.p = problem.probability(self.X)
        self.contexts = self.X[:CONTEXTS]
        self.threshold = problem.threshold(self.contexts) if problem.intensity else torch.full((CONTEXTS,), torch.nan)

    def measure(self, fitted: Fitted) -> Measures:
        """Measure our model."""
        problem, known = self.problem, ~self.threshold.isnan()
        mixture = latent_mixture(fitted.readout, self.X)
        gamma = fitted.response.latent(problem.outcome.target)
        median, lower, upper = (torch.full_like(self.threshold, torch.nan) for _ in range(3))
        if known.any():
            contour = threshold_contour(
                fitted.readout,
                fitted.response,
                fitted.space,
                parameter=problem.intensity,
                target=problem.outcome.target,
                contexts=fitted.space.decode(self.contexts[known]),
                fixed={},
                scale=Scale.PROBABILITY,
                level=LEVEL,
            )
            median[known] = torch.tensor([point.median for point in contour], dtype=torch.float64)
            lower[known] = torch.tensor([point.threshold.lower for point in contour], dtype=torch.float64)
            upper[known] = torch.tensor([point.threshold.upper for point in contour], dtype=torch.float64)
        return Measures(
            level_set_brier=level_set_brier_score(self.p, problem.outcome.target, 1 - mixture.probability_above(gamma)),
            threshold_rmse=threshold_rmse(self._scaled(self.threshold), self._scaled(median)),
            coverage=coverage(self.threshold, lower, upper),
            **self._predictive(mixture.moments(fitted.response, Scale.PROBABILITY)[0]),
        )

    def measure_probit(self, mean: Tensor, variance: Tensor) -> Measures:
        """Measure a Gaussian belief, `n` and `n`, about the field of p = Phi(f) at `all_points`."""
        gamma = torch.special.ndtri(torch.tensor(self.problem.outcome.target, dtype=torch.float64))
        below = torch.special.ndtr((gamma - mean) / variance.sqrt())[:POINTS]
        estimate = torch.full_like(self.threshold, torch.nan)
        if self.problem.intensity:
            above = mean[POINTS:].reshape(CONTEXTS, GRID) >= gamma
            place = above.to(torch.int8).argmax(1) / (GRID - 1)
            place = torch.where(above.any(1), place, 1.0)
            estimate = self.problem.space.axis(self.problem.intensity).number(place.to(torch.float64))
        return Measures(
            level_set_brier=level_set_brier_score(self.p, self.problem.outcome.target, below),
            threshold_rmse=threshold_rmse(self._scaled(self.threshold), self._scaled(estimate)),
            coverage=math.nan,
            **self._predictive(torch.special.ndtr(mean / (1 + variance).sqrt())[:POINTS]),
        )

    @property
    def all_points(self) -> Tensor:
        """The points, and lines along the intensity through the contexts; `n x d`."""
        if not self.problem.intensity:
            return self.X
        lines = self.contexts[:, None].repeat(1, GRID, 1)
        lines[:, :, self.problem.space.index(self.problem.intensity)] = torch.linspace(0, 1, GRID, dtype=torch.float64)
        return torch.cat([self.X, lines.flatten(0, 1)])

    def _predictive(self, p: Tensor) -> dict[str, float]:
        return {"log_loss": log_loss(self.p, p), "brier": brier_score(self.p, p)}

    def _scaled(self, threshold: Tensor) -> Tensor:
        """Thresholds in the parameter's unit, or in log10 units on a log scale."""
        kinds = {parameter.name: parameter.kind for parameter in self.problem.parameters}
        log_scale = bool(getattr(kinds.get(self.problem.intensity), "log_scale", False))
        return threshold.log10() if log_scale else threshold
