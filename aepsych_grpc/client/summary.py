"""Experiments in a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aepsych_grpc.client.notebook import html_table
from aepsych_grpc.client.trial import read_time
from aepsych_grpc.v1 import experiment_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentSummary:
    """An experiment in a list; `Experiment.state` has more.

    Attributes:
        experiment_id: Its id; `Client.experiment` goes on with it.
        participant_id: Who takes part.
        name: Name of the study.
        labels: The config's labels and those given to `setup`.
        sequence: Sequence of the latest event.
        finished: Whether nothing is left to ask.
        asked_count: Trials asked so far.
        told_count: Observations told so far, excluded ones included.
        create_time: When it was set up.
        update_time: When the latest event was recorded.
    """

    experiment_id: str
    participant_id: str
    name: str
    labels: Mapping[str, str]
    sequence: int
    finished: bool
    asked_count: int
    told_count: int
    create_time: datetime
    update_time: datetime

    def _repr_html_(self) -> str:
        return ExperimentList([self])._repr_html_()


class ExperimentList(list[ExperimentSummary]):
    """Experiments, newest first; a table in notebooks."""

    def _repr_html_(self) -> str:
        rows = [
            [
                item.experiment_id,
                item.participant_id,
                item.name,
                ", ".join(f"{key}={value}" for key, value in sorted(item.labels.items())),
                "finished" if item.finished else "running",
                str(item.asked_count),
                str(item.told_count),
                f"{item.update_time:%Y-%m-%d %H:%M} UTC",
            ]
            for item in self
        ]
        header = ["experiment_id", "participant_id", "name", "labels", "state", "asked", "told", "updated"]
        return html_table(header, rows, f"{len(self)} experiment{'' if len(self) == 1 else 's'}")


def read_summary(message: experiment_pb2.Experiment) -> ExperimentSummary:
    """Read what a list has of an experiment."""
    return ExperimentSummary(
        experiment_id=message.experiment_id,
        participant_id=message.participant_id,
        name=message.name,
        labels=dict(message.labels),
        sequence=message.sequence,
        finished=message.state == experiment_pb2.EXPERIMENT_STATE_FINISHED,
        asked_count=message.asked_count,
        told_count=message.told_count,
        create_time=read_time(message.create_time),
        update_time=read_time(message.update_time),
    )
