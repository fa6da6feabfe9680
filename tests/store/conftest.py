from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql_cluster import Cluster

from aepsych_grpc.store.event_store import EventStore, open_store


@pytest.fixture(params=["file", "memory", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventStore]:
    """A store of every kind: what is asserted of one holds for all."""
    opened = open_store(":memory:" if request.param == "memory" else _address(request, tmp_path))
    yield opened
    opened.close()


@pytest.fixture(params=["file", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new database is that several can open."""
    return _address(request, tmp_path)


def _address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "file":
        return str(tmp_path / "experiments.db")
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.new_database()
