"""Dependencies point one way.

Each room of the package states what it may import, of the project and of the libraries that belong to one room.
Imports inside functions count too.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "aepsych_grpc"

ROOMS = {
    "": set(),
    "error": {"config"},
    "config": {"config"},
    "core": {"core", "config"},
    "store": {"store"},
    "session": {"session", "core", "store", "config", "error", ""},
    "export": {"export", "session", "core", "store", "config", "error", "v1", ""},
    "server": {"server", "export", "session", "core", "store", "config", "error", "v1", ""},
    "client": {"client", "config", "error", "v1", ""},
    "bench": {"bench", "config", "core"},
    "demo": {"demo", "bench", "client", "config", "v1"},
    "simulation": {"simulation", "session", "client", "config", "core"},
    "cli": {
        *(
            "cli",
            "bench",
            "client",
            "config",
            "core",
            "demo",
            "export",
            "server",
            "session",
            "simulation",
            "store",
            "v1",
        ),
        "",
    },
    "__main__": {"cli"},
}
"""What of the project each room may import; "" is the package itself, with its version."""

LIBRARIES = {
    "grpc": {"server", "client"},
    "grpc_health": {"server", "client"},
    "grpc_reflection": {"server"},
    "grpc_status": {"server", "client"},
    "google": {"config", "session", "export", "server", "client"},
    "sqlalchemy": {"store"},
    "sqlite3": {"store"},
    "pyarrow": {"export"},
    "torch": {"core", "bench", "simulation"},
    "linear_operator": {"core", "bench"},
    "scipy": {"core", "bench"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "typer": {"cli"},
    "uvicorn": {"server"},
}
"""The rooms that may import a library; libraries that are not named here may be imported anywhere."""

EXCEPTIONS = {
    ("config/proto.py", "aepsych_grpc.v1"): "turns messages into configs and back",
    ("config/files.py", "aepsych_grpc.v1"): "a config file is the message in its JSON form",
    ("session/codec.py", "aepsych_grpc.v1"): "writes events as messages",
    ("session/projection.py", "aepsych_grpc.v1"): "reads stored messages, even those of configs that can't be run here",
    ("session/log.py", "aepsych_grpc.v1"): "reads a stored message once, for the state and for the projection",
    ("session/training.py", "torch"): "keeps the observations as the tensors that models take",
    ("session/choosing.py", "torch"): "hands points of pending trials to generators",
    ("session/expected.py", "torch"): "hands points of trials to predictions",
    ("server/in_process.py", "aepsych_grpc.client"): "is the client's transport to a server without a socket",
}
"""Imports against the tables, with their reasons."""

PROTOBUF_IN_CONFIG = {"config.proto", "config.files", "config.fields"}
"""Modules of the config room that know protobuf, and that `core` therefore does not."""


def imports(source: str) -> Iterator[str]:
    """Yield the full names of all modules (or names in them) that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported_room(name: str) -> str:
    """Return the room of `aepsych_grpc.ROOM.anything`; names of the package itself belong to the room ""."""
    first = name.partition(".")[2].partition(".")[0]
    return first if (PACKAGE / first).is_dir() or (PACKAGE / f"{first}.py").is_file() else ""


def offences(path: Path, source: str) -> Iterator[tuple[str, str]]:
    """Yield a file and what it may not import, shortened to the room or the library."""
    file = path.relative_to(PACKAGE).as_posix()
    room = room_of(path)
    for name in imports(source):
        library = name.split(".")[0]
        if library == PACKAGE.name:
            target = imported_room(name)
            if target not in ROOMS[room]:
                yield file, f"{library}.{target}"
        elif room not in LIBRARIES.get(library, {room}):
            yield file, library


def sources() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if room_of(path) != "v1"]


def test_every_import_follows_the_tables() -> None:
    found = {offence for path in sources() for offence in offences(path, path.read_text())}
    assert found - EXCEPTIONS.keys() == set()


def test_every_exception_is_still_needed() -> None:
    found = {offence for path in sources() for offence in offences(path, path.read_text())}
    assert EXCEPTIONS.keys() - found == set()


def test_every_room_is_in_the_table() -> None:
    assert {room_of(path) for path in sources()} <= ROOMS.keys()


def test_core_knows_no_protobuf() -> None:
    for path in (PACKAGE / "core").rglob("*.py"):
        for name in imports(path.read_text()):
            assert not any(f"{name}.".startswith(f"aepsych_grpc.{module}.") for module in PROTOBUF_IN_CONFIG), path


@pytest.mark.parametrize(
    ("file", "source", "offence"),
    [
        ("core/models/probit.py", "def fit():\n    import grpc.aio", "grpc"),
        ("core/space/axis.py", "from aepsych_grpc.session.event import Stimulus", "aepsych_grpc.session"),
        ("core/space/axis.py", "from aepsych_grpc import session", "aepsych_grpc.session"),
        ("client/frames.py", "if TYPE_CHECKING:\n    from torch import Tensor", "torch"),
        ("session/log.py", "import sqlalchemy as sa", "sqlalchemy"),
        ("config/trials.py", "from aepsych_grpc.v1 import config_pb2", "aepsych_grpc.v1"),
    ],
)
def test_an_import_in_the_wrong_direction_is_found(file: str, source: str, offence: str) -> None:
    assert list(offences(PACKAGE / file, source)) == [(file, offence)]


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("aepsych_grpc.client", {"torch", "sqlalchemy", "scipy", "numpy", "pandas", "matplotlib"}),
        ("aepsych_grpc.cli", {"torch", "sqlalchemy", "scipy", "numpy", "grpc"}),
        ("aepsych_grpc.store.event_store", {"torch", "grpc", "google", "alembic", "psycopg"}),
    ],
)
def test_what_is_imported_with_a_module(module: str, unwanted: set[str]) -> None:
    print_modules = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", print_modules], capture_output=True, text=True, check=True)
    assert unwanted & set(ran.stdout.split()) == set()
