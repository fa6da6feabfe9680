"""What a plot shows, fetched from the server before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aepsych_grpc.client.call import Call
from aepsych_grpc.client.errors import NothingToModelError
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.axis import Axis, axis_of
from aepsych_grpc.client.plots.section import NUMBERS, Section, intensity_of, section
from aepsych_grpc.client.queries import predict, threshold
from aepsych_grpc.client.reading import trials
from aepsych_grpc.client.results import Estimate, Threshold
from aepsych_grpc.client.trial import Trial
from aepsych_grpc.v1 import config_pb2

FIELD_POINTS = 56
"""Predictions along each axis of a field; the two together stay within what a server takes in one query."""

CURVE_POINTS = 160
"""Predictions or thresholds along a curve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a plot shows.

    Attributes:
        config: The experiment's config.
        section: The parameters shown and held.
        axes: The parameters shown, x first.
        outcome: The outcome shown.
        predictions: The response at every point, x changing fastest; empty while there is nothing to model.
        threshold: The threshold along y for every x (or the one threshold along x), where the outcome defines one.
        trials: Trials with a response that belong to the section.
        told_count: Number of all trials with a response.
    """

    config: config_pb2.ExperimentConfig
    section: Section
    axes: tuple[Axis, ...]
    outcome: config_pb2.Outcome
    predictions: tuple[Estimate, ...]
    threshold: Threshold | None
    trials: tuple[Trial, ...]
    told_count: int

    @property
    def binary(self) -> bool:
        """Whether responses are yes or no."""
        return self.outcome.WhichOneof("kind") == "binary"

    @property
    def response_label(self) -> str:
        """Label of the response, with its unit."""
        name = self.outcome.name.replace("_", " ")
        if self.binary:
            return f"probability of {name} = 1"
        unit = self.outcome.continuous.unit
        return f"{name} ({unit})" if unit else name

    @property
    def threshold_label(self) -> str:
        """What the threshold is."""
        target = "" if self.threshold is None else f" reaches {number(self.threshold.target)}"
        return f"{self.axes[-1].name.replace('_', ' ')} at which the {self.response_label}{target}"

    @property
    def title(self) -> str:
        """Name of the study."""
        return self.config.name or "Experiment"

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
    stimuli = [{**part.held, axes[0].name: x} for x in axes[0].values]
    if len(axes) == 2:
        stimuli = [{**stimulus, axes[1].name: y} for y in axes[1].values for stimulus in stimuli]
    try:
        predictions = yield from predict(handle, stimuli, outcome=outcome)
        if chosen.WhichOneof("kind") == "binary" and part.shown[-1].WhichOneof("kind") in NUMBERS:
            crossing = yield from _threshold(handle, part, axes[:-1], outcome)
    except NothingToModelError:
        # The trials alone are worth showing before there is a model.
        pass
    told = yield from _told(handle, chosen)
    return View(
        config=handle.config,
        section=part,
        axes=axes,
        outcome=chosen,
        predictions=tuple(predictions),
        threshold=crossing,
        trials=tuple(trial for trial in told if part.holds(trial.stimulus)),
        told_count=len(told),
    )


def threshold_view(handle: Handle, parameter: str, fixed_parameters: Mapping[str, Any], outcome: str) -> Call[View]:
    """Fetch the threshold over one parameter (default: the first beside the intensity) and the trials."""
    upward = intensity_of(handle.config)
    free = [item.name for item in handle.config.parameters if item.WhichOneof("kind") != "fixed"]
    others = [name for name in free if name != upward and name not in fixed_parameters]
    across = parameter or next(iter(others), "")
    if not upward or not across:
        raise ValueError("A threshold curve takes an intensity parameter and one parameter beside it.")
    part = section(handle.config, [across, upward], fixed_parameters)
    axes = tuple(axis_of(item, CURVE_POINTS) for item in part.shown)
    chosen = outcome_of(handle.config, outcome)
    told = yield from _told(handle, chosen)
    return View(
        config=handle.config,
        section=part,
        axes=axes,
        outcome=chosen,
        predictions=(),
        threshold=(yield from _threshold(handle, part, axes[:1], outcome)),
        trials=tuple(trial for trial in told if part.holds(trial.stimulus)),
        told_count=len(told),
    )


def _threshold(handle: Handle, part: Section, across: Sequence[Axis], outcome: str) -> Call[Threshold]:
    contexts: list[dict[str, Any]] = [dict(part.held)]
    if across:
        contexts = [{**part.held, across[0].name: value} for value in across[0].values]
    return (yield from threshold(handle, part.shown[-1].name, contexts=contexts, outcome=outcome))


def _told(handle: Handle, outcome: config_pb2.Outcome) -> Call[list[Trial]]:
    listed = yield from trials(handle)
    return [trial for trial in listed if trial.state == "told" and outcome.name in (trial.outcomes or {})]


def outcome_of(config: config_pb2.ExperimentConfig, name: str) -> config_pb2.Outcome:
    """Return the outcome of a name; the first for no name.

    Raises:
        ValueError: The experiment has no such outcome.
    """
    found = [item for item in config.outcomes if name in ("", item.name)]
    if not found:
        raise ValueError(f"The experiment's outcomes are: {', '.join(item.name for item in config.outcomes)}.")
    return found[0]
