from collections.abc import Iterator

import pytest

from aepsych_grpc.session.experiments import Experiments
from aepsych_grpc.store.event_store import open_store


@pytest.fixture
def experiments() -> Iterator[Experiments]:
    found = Experiments(open_store(":memory:"))
    yield found
    found.close()
