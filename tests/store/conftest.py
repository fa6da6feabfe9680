from collections.abc import Iterator
from pathlib import Path

import pytest

from aepsych_grpc.store.event_store import EventStore, open_store


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    """A store of every kind: what is asserted of one holds for all."""
    opened = open_store(":memory:" if request.param == "memory" else tmp_path / "experiments.db")
    yield opened
    opened.close()
