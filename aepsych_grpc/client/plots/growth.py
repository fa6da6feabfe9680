"""How what is known has grown: the response after ever more trials, and the threshold with its band beside."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.call import Call
from aepsych_grpc.client.errors import NothingToModelError
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.notebook import number
from aepsych_grpc.client.plots.axis import Axis, axis_of
from aepsych_grpc.client.plots.band import CREDIBLE_LEVEL, Band, threshold_band
from aepsych_grpc.client.plots.section import Section, intensity_of
from aepsych_grpc.client.plots.style import ESTIMATE, TRUTH, set_axis, set_legend, set_title
from aepsych_grpc.client.plots.view import View
from aepsych_grpc.client.queries import threshold
from aepsych_grpc.client.reading import trials
from aepsych_grpc.config.parameter import Value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = 16
"""Trial counts at which the threshold is drawn."""
SHOWN_PLACES = (0.1, 0.5, 0.9)
"""Where along the other axis thresholds are followed, as parts of its values."""
COLOURS = (ESTIMATE, TRUTH, "#0072b2")
"""For each of them; the last is the blue of Okabe and Ito (2008)."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How thresholds have grown: for each setting, by its label, a band over the numbers of responses."""

    counts: tuple[int, ...]
    bands: Mapping[str, Band]


def told_sequences(handle: Handle) -> Call[list[int]]:
    """Return the sequences at which trials were told that are learned from, in order: how many there were then."""
    listed = yield from trials(handle)
    return sorted(
        trial.tell_sequence
        for trial in listed
        if trial.tell_sequence is not None and trial.state == "told" and not trial.exclude_from_model
    )


def spread(count: int, most: int) -> list[int]:
    """Return at most so many whole numbers up to a count, each about the same multiple of the one before."""
    first = min(count, 4)
    steps = max(most - 1, 1)
    return sorted({round(first * (count / first) ** (i / steps)) for i in range(most)} if count else set())


def growth(handle: Handle, view: View, told: Sequence[int], fixed_parameters: Mapping[str, Any]) -> Call[Growth]:
    """Fetch the threshold after ever more trials, at some settings of the other parameter that a view shows."""
    upward = intensity_of(handle.config)
    settings = _settings(view.section, [axis for axis in view.axes if axis.name != upward])
    held = {name: value for name, value in view.section.held.items() if name not in fixed_parameters}
    counts, looks = [], []
    for count in spread(len(told), LOOKS):
        try:
            found = yield from threshold(
                handle.at(told[count - 1]),
                upward,
                contexts=[{**held, **setting} for setting in settings.values()],
                outcome=view.outcome.name,
                credible_level=CREDIBLE_LEVEL,
                fixed_parameters=fixed_parameters,
            )
        except NothingToModelError:
            continue
        counts.append(count)
        looks.append(threshold_band(found))
    bands = {
        label: Band(*([values[i] for values in column] for column in zip(*looks, strict=True)))
        for i, label in enumerate(settings)
        if looks
    }
    return Growth(tuple(counts), bands)


def draw_growth(axes: "Axes", view: View, grown: Growth) -> None:
    """Draw thresholds with their bands over the number of responses."""
    upward = next(axis_of(item, 2) for item in view.config.parameters if item.name == intensity_of(view.config))
    for (label, band), colour in zip(grown.bands.items(), COLOURS, strict=False):
        axes.plot(grown.counts, band.centre, color=colour, lw=2.2, marker="o", ms=3, label=label, zorder=3)
        axes.fill_between(grown.counts, band.lower, band.upper, color=colour, alpha=0.18, lw=0, zorder=2)
    if len(grown.counts) > 1:
        places = tuple(map(float, grown.counts))
        set_axis(axes, "x", Axis("responses", "responses", grown.counts, places, log_scale=True))
    set_axis(axes, "y", upward)
    _near(axes, upward, grown)
    across = [axis.name.replace("_", " ") for axis in view.axes if axis.name != upward.name]
    set_title(axes, "Threshold" + (f", by {across[0]}" if across else ""), view.threshold_label)
    set_legend(axes, "")


def _settings(part: Section, across: Sequence[Axis]) -> dict[str, dict[str, Value]]:
    """Return settings of the parameter beside the intensity, by label; one without any where there is none."""
    if not across:
        return {"threshold": {}}
    (axis,) = across
    values = [axis.values[i] for i in sorted({round(place * (len(axis.values) - 1)) for place in SHOWN_PLACES})]
    unit = next((item.unit for item in part.shown if item.name == axis.name), "")
    return {f"{_short(value)} {unit}".rstrip(): {axis.name: value} for value in values}


def _short(value: Value) -> str:
    return f"{value:.2g}" if isinstance(value, float) else number(value)


def _near(axes: "Axes", upward: Axis, grown: Growth) -> None:
    """Show the part of the intensity in which the bands lie."""
    ends = [end for band in grown.bands.values() for end in (*band.lower, *band.upper) if not math.isnan(end)]
    if ends:
        low, high = upward.limits
        axes.set_ylim(max(min(ends), low), min(max(ends), high))
