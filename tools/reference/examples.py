"""Where the studies in `examples/` use a kind of parameter or outcome."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"


def first_use(message: str) -> tuple[str, dict[str, Any]] | None:
    """Return the first entry of a study that is of a kind, and the study's file.

    Args:
        message: The kind's message, such as "IntegerParameter".
    """
    for ending, listed in (("Parameter", "parameters"), ("Outcome", "outcomes")):
        kind = message.removesuffix(ending).lower()
        if message.endswith(ending) and kind:
            for file, study in _studies():
                for entry in study.get(listed, ()):
                    if kind in entry:
                        return file, {listed: [entry]}
    return None


@cache
def _studies() -> tuple[tuple[str, dict[str, Any]], ...]:
    files = sorted(EXAMPLES.glob("*.yaml"))
    return tuple((file.name, yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)
