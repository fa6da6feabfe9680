"""Where the studies in `examples/` use a constraint, or a kind of parameter or outcome."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aepsych_grpc.v1.config_pb2 import Outcome, Parameter

EXAMPLES = Path(__file__).parents[2] / "examples"

_KEYS = {"LinearConstraint": ("constraints", "terms")} | {
    item.message_type.name: (listed, item.name)
    for listed, message in (("parameters", Parameter), ("outcomes", Outcome))
    for item in message.DESCRIPTOR.oneofs_by_name["kind"].fields
    if item.message_type is not None
}
"""The list of a study in which a message stands, and the field by which it is known."""


def first_use(message: str) -> tuple[str, dict[str, Any]] | None:
    """Return the first entry of a study that is of a kind, and the study's file.

    Args:
        message: The kind's message, such as "IntegerParameter".
    """
    listed, key = _KEYS.get(message, ("", ""))
    uses = ((file, entry) for file, study in _studies() for entry in study.get(listed, ()) if key in entry)
    return next(((file, {listed: [entry]}) for file, entry in uses), None)


@cache
def _studies() -> tuple[tuple[str, dict[str, Any]], ...]:
    files = sorted(EXAMPLES.glob("*.yaml"))
    return tuple((file.name, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)
