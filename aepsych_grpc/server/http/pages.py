"""What the door tells people: what it is, and how to call."""

from collections.abc import Iterable

from aepsych_grpc import __version__
from aepsych_grpc.config.violation import nearest_name
from aepsych_grpc.server.grpc_door import SERVICE

_PREFIX = f"/{SERVICE.full_name}/"


def welcome(base: str, paths: Iterable[str]) -> str:
    """Return what is at the root; `base` is the URL of the server."""
    calls = "\n".join(f"  {path}" for path in paths)
    return f"""aepsych-grpc {__version__}, adaptive psychophysics, over HTTP: the Connect protocol and gRPC-Web.

Is it there, and what can it do?

  curl {base}{_PREFIX}GetServerInfo -H 'Content-Type: application/json' -d '{{}}'

The calls, all of which take POST:

{calls}
"""


def not_found(path: str, paths: Iterable[str]) -> str:
    """Return what is said where there is nothing."""
    names = [path.removeprefix(_PREFIX) for path in paths if path.startswith(_PREFIX)]
    near = nearest_name(path.rpartition("/")[2], names)
    return f"There is nothing at {path[:200]}.{near} Calls are at {_PREFIX}NAME, with a NAME of {', '.join(names)}."
