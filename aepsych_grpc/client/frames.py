"""Trials and thresholds as data frames."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.extra import needed
from aepsych_grpc.client.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

    from aepsych_grpc.client.results import Threshold


def trials_frame(trials: Iterable[Trial]) -> "pd.DataFrame":
    """Return a data frame of trials, a row for each.

    Columns: trial_id, the parameters (numbered `contrast_1`, `contrast_2` where trials have several stimuli), the
    outcomes (missing while pending), and what else is known of the trial.

    Raises:
        ImportError: pandas is not installed.
    """
    pandas = needed("pandas", "pandas")
    frame: pd.DataFrame = pandas.DataFrame([_row(trial) for trial in trials])
    return frame


def _row(trial: Trial) -> dict[str, Any]:
    row: dict[str, Any] = {"trial_id": trial.trial_id}
    for i, stimulus in enumerate(trial.stimuli, start=1):
        row |= {name if len(trial.stimuli) == 1 else f"{name}_{i}": value for name, value in stimulus.items()}
    row |= trial.outcomes or {}
    row |= {
        "response_time": trial.response_time,
        "strategy": trial.strategy,
        "source": trial.source,
        "state": trial.state,
        "exclude_from_model": trial.exclude_from_model,
        "ask_time": trial.ask_time,
        "tell_time": trial.tell_time,
    }
    if trial.posterior is not None:
        row |= {"posterior_mean": trial.posterior.mean, "posterior_variance": trial.posterior.variance}
    return row


def threshold_frame(threshold: "Threshold") -> "pd.DataFrame":
    """Return a data frame of a threshold, a row for each setting of the other parameters.

    Raises:
        ImportError: pandas is not installed.
    """
    pandas = needed("pandas", "pandas")
    frame: pd.DataFrame = pandas.DataFrame(
        [
            {
                **point.context,
                threshold.parameter: point.median,
                "mean": point.threshold.mean,
                "variance": point.threshold.variance,
                "lower": point.threshold.lower,
                "upper": point.threshold.upper,
                "crossing_probability": point.crossing_probability,
            }
            for point in threshold.points
        ]
    )
    return frame
