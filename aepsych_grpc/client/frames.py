"""Trials and thresholds as data frames."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from aepsych_grpc.client.extra import needed
from aepsych_grpc.client.handle import Handle
from aepsych_grpc.client.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

    from aepsych_grpc.client.results import Threshold


OWN = frozenset(
    {
        "trial_id",
        "response_time",
        "strategy",
        "source",
        "state",
        "as_asked",
        "exclude_from_model",
        "note",
        "ask_time",
        "tell_time",
        "revise_time",
        "revision_reason",
        "posterior_mean",
        "posterior_variance",
        "participant_id",
        "experiment_id",
    }
)
"""Columns that every frame of trials may have."""

LAST = ("told_", "metadata_")
"""Prefixes of the columns that come last: outcomes before a revision, and metadata."""

DTYPES = {
    "response_time": "float64",
    "as_asked": "boolean",
    "exclude_from_model": "bool",
    "ask_time": "datetime64[ns, UTC]",
    "tell_time": "datetime64[ns, UTC]",
    "revise_time": "datetime64[ns, UTC]",
}
"""Types of columns, which they also have while nothing is in them."""


def trials_frame(trials: Iterable[Trial], handle: Handle) -> "pd.DataFrame":
    """Return a data frame of an experiment's trials, a row for each.

    Columns: trial_id, the parameters (as shown; numbered `contrast_1`, `contrast_2` where trials have several stimuli),
    the outcomes (as corrected; missing while pending and once retracted), what else is known of the trial,
    participant_id and experiment_id, so that the frames of several experiments can be put together. Where there are
    any, last come a column `told_NAME` for each outcome as it was told before a revision, and a column `metadata_KEY`
    for each key of the responses' metadata (missing where a trial has none). A parameter or an outcome that is called
    like another column gets the prefix `parameter_` or `outcome_`.

    Raises:
        ImportError: pandas is not installed.
    """
    pandas = needed("pandas", "pandas")
    rows = [_row(trial, handle) for trial in trials]
    columns = list(dict.fromkeys(column for row in (_empty_row(handle), *rows) for column in row))
    # What only some of the trials have would otherwise stand wherever it came first.
    columns.sort(key=lambda column: next((i for i, prefix in enumerate(LAST, 1) if column.startswith(prefix)), 0))
    frame: pd.DataFrame = pandas.DataFrame(rows, columns=columns)
    return frame.astype({column: kind for column, kind in DTYPES.items() if column in columns})


def _row(trial: Trial, handle: Handle) -> dict[str, Any]:
    row: dict[str, Any] = {"trial_id": trial.trial_id}
    for i, stimulus in enumerate(trial.stimuli, start=1):
        suffix = "" if len(trial.stimuli) == 1 else f"_{i}"
        row |= {_column(f"{name}{suffix}", "parameter"): value for name, value in stimulus.items()}
    row |= {_column(name, "outcome"): value for name, value in (trial.outcomes or {}).items()}
    row |= {
        "response_time": trial.response_time,
        "strategy": trial.strategy,
        "source": trial.source,
        "state": trial.state,
        "as_asked": trial.as_asked,
        "exclude_from_model": trial.exclude_from_model,
        "note": trial.note,
        "ask_time": trial.ask_time,
        "tell_time": trial.tell_time,
        "revise_time": trial.revision.revise_time if trial.revision else None,
        "revision_reason": trial.revision.reason if trial.revision else "",
    }
    if trial.posterior is not None:
        row |= {"posterior_mean": trial.posterior.mean, "posterior_variance": trial.posterior.variance}
    row |= {"participant_id": handle.participant_id, "experiment_id": handle.experiment_id}
    told = trial.revision.told_outcomes if trial.revision else {}
    told_prefix, metadata_prefix = LAST
    row |= {f"{told_prefix}{name}": value for name, value in told.items()}
    return row | {f"{metadata_prefix}{key}": value for key, value in trial.metadata.items()}


def _empty_row(handle: Handle) -> dict[str, Any]:
    """Return a row whose keys are the columns in their order, whatever has been told."""
    one = dict.fromkeys([item.name for item in handle.config.parameters], 0.0)
    stimuli = tuple(one for _ in range(max(handle.config.stimuli_per_trial, 1)))
    outcomes = dict.fromkeys([item.name for item in handle.config.outcomes], 0.0)
    return _row(Trial(trial_id=0, stimuli=stimuli, outcomes=outcomes), handle)


def _column(name: str, prefix: str) -> str:
    return f"{prefix}_{name}" if name in OWN or name.startswith(LAST) else name


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
