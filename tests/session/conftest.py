from collections.abc import Iterator

import pytest
from session_scenario import set_up

from aepsych_grpc.session.experiment import Experiment
from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


@pytest.fixture
def database(tmp_path):
    return tmp_path / "experiments.db"


@pytest.fixture
def experiments(database) -> Iterator[Experiments]:
    found = Experiments(open_store(database))
    yield found
    found.close()


@pytest.fixture
def experiment(experiments) -> Experiment:
    return set_up(experiments)
