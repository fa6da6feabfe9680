"""What a plot shows, fetched from the server before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.client.call import Call
from aepsych_grpc.client.errors import NothingToModelError
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.axis import Axis, axis_of
from aepsych_grpc.client.plots.band import CREDIBLE_LEVEL, LEAST_CROSSING
from aepsych_grpc.client.plots.section import Section, intensity_of, section
from aepsych_grpc.client.queries import predict, threshold
from aepsych_grpc.client.reading import trials
from aepsych_grpc.client.results import Estimate, Threshold
from aepsych_grpc.client.trial import Trial
from aepsych_grpc.v1 import config_pb2

FIELD_POINTS = 56
"""Predictions along each axis of a field; the two together stay within what a server takes in one query."""

CURVE_POINTS = 160
"""Predictions or thresholds along a curve."""


WITH_THRESHOLD = ("binary", "proportion")
"""Kinds of outcome that define a threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a plot shows.

    Attributes:
        config: The experiment's config.
        section: The parameters shown and held.
        axes: The parameters shown, x first.
        outcome: The outcome shown.
        predictions: The response at every point, x changing fastest; empty while there is nothing to model.
        threshold: The threshold along the intensity parameter, if that is shown and the outcome defines one: for every
            value of the other parameter shown, or the one threshold along x.
        trials: Trials with a response that belong to the section.
        told_count: Number of all trials with a response.
        participant_id: Who takes part.
    """

    config: config_pb2.ExperimentConfig
    section: Section
    axes: tuple[Axis, ...]
    outcome: config_pb2.Outcome
    predictions: tuple[Estimate, ...]
    threshold: Threshold | None
    trials: tuple[Trial, ...]
    told_count: int
    participant_id: str

    @property
    def binary(self) -> bool:
        """Whether responses are yes or no."""
        return self.outcome.WhichOneof("kind") == "binary"

    @property
    def rates(self) -> config_pb2.BinaryOutcome | config_pb2.ProportionOutcome | None:
        """Guess and lapse rate, where the response is a probability."""
        kind = self.outcome.WhichOneof("kind")
        return getattr(self.outcome, kind) if kind in WITH_THRESHOLD else None

    @property
    def presentations(self) -> int:
        """How many presentations a response counts; 1 for what is no proportion."""
        return self.outcome.proportion.trials or 1

    @property
    def response_label(self) -> str:
        """Label of the response, with its unit."""
        name = self.outcome.name.replace("_", " ")
        if self.binary:
            return f"probability of {name} = 1"
        if self.rates is not None:
            return f"proportion of {name}"
        unit = self.outcome.continuous.unit
        return f"{name} ({unit})" if unit else name

    @property
    def sideways(self) -> bool:
        """Whether the threshold lies along x, for every y."""
        return self.threshold is not None and len(self.axes) == 2 and self.threshold.parameter == self.axes[0].name

    @property
    def threshold_label(self) -> str:
        """What the threshold is."""
        target = "" if self.threshold is None else f" reaches {number(self.threshold.target)}"
        return f"{self.axes[-1].name.replace('_', ' ')} at which the {self.response_label}{target}"

    @property
    def remark(self) -> str:
        """Why the threshold, or a part of it, is not there; empty when nothing is missing."""
        points = () if self.threshold is None else self.threshold.points
        missing = [point for point in points if point.crossing_probability < LEAST_CROSSING]
        if not missing:
            return ""
        where = " is drawn where it is" if len(missing) < len(points) else ": it is"
        return f"No threshold{where} unlikely to lie within the bounds."

    @property
    def title(self) -> str:
        """Name of the study, and who took part."""
        name = self.config.name or "Experiment"
        return f"{name}, participant {self.participant_id}" if self.participant_id else name

    @property
    def subtitle(self) -> str:
        """How much is known, and where the section lies."""
        count = len(self.trials)
        of = f" of {self.told_count}" if count < self.told_count else ""
        where = str(self.section)
        return f"{count}{of} response{'' if self.told_count == 1 else 's'}" + (f"; {where}" if where else "")


def field_view(
    handle: Handle, parameters: Sequence[str], fixed_parameters: Mapping[str, Any], outcome: str
) -> Call[View]:
    """Fetch the response over one or two parameters, the threshold and the trials."""
    part = section(handle.config, parameters, fixed_parameters)
    points = FIELD_POINTS if len(part.shown) == 2 else CURVE_POINTS
    axes = tuple(axis_of(item, points) for item in part.shown)
    chosen = outcome_of(handle.config, outcome)
    predictions: list[Estimate] = []
    crossing: Threshold | None = None
    held = {name: value for name, value in part.held.items() if name not in fixed_parameters}
    stimuli = [{**held, axes[0].name: x} for x in axes[0].values]
    if len(axes) == 2:
        stimuli = [{**stimulus, axes[1].name: y} for y in axes[1].values for stimulus in stimuli]
    try:
        predictions = yield from predict(
            handle, stimuli, outcome=outcome, credible_level=CREDIBLE_LEVEL, fixed_parameters=fixed_parameters
        )
        upward = intensity_of(handle.config)
        if chosen.WhichOneof("kind") in WITH_THRESHOLD and upward in (axis.name for axis in axes):
            across = [axis for axis in axes if axis.name != upward]
            crossing = yield from _threshold(handle, part, across, fixed_parameters, outcome)
    except NothingToModelError:
        # The trials alone are worth showing before there is a model.
        pass
    return (yield from _view(handle, part, axes, chosen, predictions, crossing))


def threshold_view(handle: Handle, parameter: str, fixed_parameters: Mapping[str, Any], outcome: str) -> Call[View]:
    """Fetch the threshold over one parameter (default: the first beside the intensity) and the trials."""
    upward = intensity_of(handle.config)
    free = [item.name for item in handle.config.parameters if item.WhichOneof("kind") != "fixed"]
    if not upward:
        raise ValueError("A threshold lies along the intensity parameter, and the config declares none.")
    if free == [upward]:
        raise ValueError(f"A threshold is plotted over another parameter, and there is only {upward}; use plot().")
    others = [name for name in free if name != upward and name not in fixed_parameters]
    across = parameter or next(iter(others), "")
    if not across:
        raise ValueError(f"Every parameter beside {upward} is held; leave one out of fixed_parameters, or use plot().")
    if across == upward:
        raise ValueError(f"{upward} is the intensity; its threshold is plotted over one of: {', '.join(others)}.")
    part = section(handle.config, [across, upward], fixed_parameters)
    axes = tuple(axis_of(item, CURVE_POINTS) for item in part.shown)
    chosen = outcome_of(handle.config, outcome)
    crossing = yield from _threshold(handle, part, axes[:1], fixed_parameters, outcome)
    return (yield from _view(handle, part, axes, chosen, (), crossing))


def _view(
    handle: Handle,
    part: Section,
    axes: tuple[Axis, ...],
    outcome: config_pb2.Outcome,
    predictions: Sequence[Estimate],
    crossing: Threshold | None,
) -> Call[View]:
    """Add the trials to what is shown."""
    told = yield from _told(handle, outcome)
    return View(
        config=handle.config,
        section=part,
        axes=axes,
        outcome=outcome,
        predictions=tuple(predictions),
        threshold=crossing,
        trials=tuple(trial for trial in told if part.holds(trial.stimulus)),
        told_count=len(told),
        participant_id=handle.participant_id,
    )


def _threshold(
    handle: Handle, part: Section, across: Sequence[Axis], fixed_parameters: Mapping[str, Any], outcome: str
) -> Call[Threshold]:
    held = {name: value for name, value in part.held.items() if name not in fixed_parameters}
    contexts: list[dict[str, Any]] = [held]
    if across:
        contexts = [{**held, across[0].name: value} for value in across[0].values]
    return (
        yield from threshold(
            handle,
            intensity_of(handle.config),
            contexts=contexts,
            outcome=outcome,
            credible_level=CREDIBLE_LEVEL,
            fixed_parameters=fixed_parameters,
        )
    )


def _told(handle: Handle, outcome: config_pb2.Outcome) -> Call[list[Trial]]:
    """List the trials whose responses the model has learned from."""
    listed = yield from trials(handle)
    return [
        trial
        for trial in listed
        if trial.state == "told" and not trial.exclude_from_model and outcome.name in (trial.outcomes or {})
    ]


def outcome_of(config: config_pb2.ExperimentConfig, name: str) -> config_pb2.Outcome:
    """Return the outcome of a name; the first for no name.

    Raises:
        ValueError: The experiment has no such outcome.
    """
    found = [item for item in config.outcomes if name in ("", item.name)]
    if not found:
        raise ValueError(f"The experiment's outcomes are: {', '.join(item.name for item in config.outcomes)}.")
    return found[0]
