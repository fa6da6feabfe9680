"""Around points: trials spread over a window around stimuli of interest."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from aepsych_grpc.config.options import option
from aepsych_grpc.config.parameter import Continuous, Discrete, Integer, Kind, Value
from aepsych_grpc.config.trials import Trials
from aepsych_grpc.config.violation import InvalidConfigError, Violation, nearest_name, shown
from aepsych_grpc.core.generators.context import GeneratorContext
from aepsych_grpc.core.generators.generator import Choice, Request, Source
from aepsych_grpc.core.generators.listed import EXAMPLE, check_listed, listed_trials
from aepsych_grpc.core.generators.random_stream import random_stream
from aepsych_grpc.core.space.sobol import sobol_points
from aepsych_grpc.core.space.space import Space

_NUMERIC = (Continuous, Integer, Discrete)


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundPointsOptions:
    """Where to look, and how closely."""

    points: tuple[Mapping[str, Value], ...] = option(
        ...,
        "The stimuli of interest; with several stimuli per trial, those of a trial side by side.",
        example=EXAMPLE,
    )
    window: Mapping[str, Value] = option(
        ...,
        "How far to go to either side, by parameter: a number in its unit, or with log_scale a factor, such as 2 for "
        "half to double. Parameters left out keep the value of the point.",
        example={"contrast": 2.0},
    )
    samples_per_point: int = option(10, "Trials around each point.", minimum=1, maximum=10_000)
    shuffle: bool = option(default=True, description="Show the trials in random order instead of point by point.")


@dataclass(frozen=True, slots=True)
class AroundPoints:
    """A scrambled Sobol sequence (Owen 1998) in the window around each point, cut at the bounds.

    Parameters with steps take each of their values within the window equally often.
    """

    space: Space
    centres: Tensor
    window: Mapping[str, float]
    samples: int
    shuffle: bool

    @property
    def limit(self) -> int:
        """Points times samples."""
        return len(self.centres) * self.samples

    def generate(self, request: Request) -> Choice:
        """Choose the next trials; fewer than wanted at the end. Fixed parameters win over the windows."""
        order = range(self.limit)
        if self.shuffle:
            order = random_stream(request.seed, 0).permutation(self.limit).tolist()
        wanted = order[request.index : request.index + request.count]
        points = [self._trial(request.seed, *divmod(int(i), self.samples)) for i in wanted]
        trials = torch.stack(points) if points else torch.empty(0, *self.centres.shape[1:], dtype=torch.float64)
        return Choice(points=self.space.snap(self.space.hold(trials, request.fixed)), source=Source.SOBOL)

    def _trial(self, seed: int, point: int, sample: int) -> Tensor:
        s, d = self.centres.shape[1:]
        scramble = int(random_stream(seed, 1 + point).integers(2**31))
        shares = sobol_points(s * d, 1, seed=scramble, skip=sample).reshape(s, d).tolist()
        stimuli = self.space.decode(self.centres[point])
        kinds = {item.name: item.kind for item in self.space.parameters}
        for stimulus, row in zip(stimuli, shares, strict=True):
            for name, share in zip(self.space.names, row, strict=True):
                if name in self.window:
                    stimulus[name] = _within(kinds[name], float(stimulus[name]), self.window[name], share)
        return self.space.encode(stimuli)


def _within(kind: Kind, centre: float, width: float, share: float) -> Value:
    """Return the value that lies at a share in [0, 1) of the window around a centre."""
    log_scale = getattr(kind, "log_scale", False)
    low, high = (centre / width, centre * width) if log_scale else (centre - width, centre + width)
    match kind:
        case Continuous(lower_bound=lower, upper_bound=upper):
            low, high = max(low, lower), min(high, upper)
            if log_scale:
                return math.exp(math.log(low) * (1 - share) + math.log(high) * share)
            return low * (1 - share) + high * share
        case Integer(lower_bound=least, upper_bound=most):
            first, last = max(math.ceil(low), least), min(math.floor(high), most)
            return first + int(share * (last - first + 1))
        case Discrete(values=values):
            near = [value for value in values if low <= value <= high]
            return near[int(share * len(near))]
        case _:
            raise TypeError(f"{kind!r} has no numbers to go to either side.")


def build_around_points(context: GeneratorContext, options: AroundPointsOptions) -> AroundPoints:
    """Make the generator.

    Raises:
        InvalidConfigError: As `listed_trials`, and for windows of parameters that have none; paths begin with
            `options`.
    """
    centres = listed_trials(context, options)
    kinds = {item.name: item.kind for item in context.space.parameters}
    if violations := _window_violations(options.window, kinds):
        raise InvalidConfigError(violations)
    window = {name: float(width) for name, width in options.window.items()}
    return AroundPoints(context.space, centres, window, options.samples_per_point, options.shuffle)


def check_around_points(options: AroundPointsOptions, trials: Trials) -> list[Violation]:
    """Find what is wrong with the points and the window; paths begin with `options`."""
    kinds = {item.name: item.kind for item in trials.parameters}
    return [*check_listed(options, trials), *_window_violations(options.window, kinds)]


def _window_violations(window: Mapping[str, Value], kinds: Mapping[str, Kind]) -> list[Violation]:
    numeric = [name for name, kind in kinds.items() if isinstance(kind, _NUMERIC)]
    violations = []
    if not window:
        violations.append(Violation("options.window", f"Nothing is given; possible: {', '.join(numeric) or 'none'}."))
    for name, width in window.items():
        path = f"options.window.{name}"
        if name not in numeric:
            message = f"{shown(name)} has no window; possible: {', '.join(numeric) or 'none'}."
            violations.append(Violation(path, message + nearest_name(name, numeric)))
            continue
        log_scale = getattr(kinds[name], "log_scale", False)
        least = 1 if log_scale else 0
        what = "a factor above 1, for the scale is logarithmic" if log_scale else "a number above 0"
        if isinstance(width, bool) or not isinstance(width, int | float) or not least < width < math.inf:
            violations.append(Violation(path, f"{shown(width)} is given; expected is {what}."))
    return violations
