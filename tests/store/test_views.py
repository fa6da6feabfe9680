"""The views are those that docs/database.md describes, column by column."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aepsych_grpc.store.event_store import open_store
from aepsych_grpc.store.views import VIEWS

PAGE = Path(__file__).parents[2] / "docs" / "database.md"


def described(view: str) -> list[str]:
    (section,) = re.findall(rf"^### {view}$(.*?)^#", PAGE.read_text(), flags=re.MULTILINE | re.DOTALL)
    first_cells = re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
    return [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_is_described(view: str, tmp_path: Path) -> None:
    open_store(tmp_path / "study.db").close()
    with closing(sqlite3.connect(tmp_path / "study.db")) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({view})")]
    assert sorted(columns) == sorted(described(view))
