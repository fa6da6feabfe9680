"""What a trial takes in the database, all told: both events, the tables that people read, and the indexes."""

from pathlib import Path

import pytest

from aepsych_grpc.client import Client, Experiment
from aepsych_grpc.server.in_process import InProcessTransport

MOST_BYTES = 1000
NAMES = ("contrast", "spatial_frequency", "eccentricity", "orientation")
CONFIG = {
    "name": "size",
    "parameters": [{"name": name, "continuous": {"lower_bound": 0.01, "upper_bound": 1}} for name in NAMES],
}
SOBOL = [{"generator": {"name": "sobol"}, "stopping": {"min_asks": 1000}}]


def run(experiment: Experiment, trials: int) -> None:
    for i in range(trials):
        experiment.tell(experiment.ask(), i % 2)


@pytest.mark.parametrize(
    ("experiments", "strategies", "trials"),
    [
        pytest.param(1, SOBOL, 400, id="one long experiment"),
        pytest.param(8, SOBOL, 50, id="experiments side by side"),
        pytest.param(1, [], 50, id="trials that a model chooses", marks=pytest.mark.slow),
    ],
)
def test_a_trial_of_four_parameters_takes_at_most_a_kilobyte(
    tmp_path: Path, experiments: int, strategies: list[object], trials: int
) -> None:
    database = tmp_path / "study.db"
    with Client(transport=InProcessTransport(str(database))) as client:
        running = [client.setup(CONFIG | {"strategies": strategies}) for _ in range(experiments)]
    before = database.stat().st_size
    with Client(transport=InProcessTransport(str(database))) as client:
        again = [client.experiment(one.experiment_id) for one in running]
        for _ in range(trials // 10):
            for experiment in again:
                run(experiment, 10)
    taken = (database.stat().st_size - before) / (experiments * trials)
    print(f"{taken:.0f} bytes a trial")  # noqa: T201  # for `pytest -s`
    assert taken <= MOST_BYTES
