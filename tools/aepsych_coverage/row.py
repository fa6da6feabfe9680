"""The rows of the table: claims about features, read from the files in `rows/`.

A row either works, and `here` is what a study says to get it, or it is refused, with the reason:

    - aepsych: EAVC
      here: {acquisition: {name: eavc}}

    - aepsych: MaternKernel
      refused: Not available; no gain was seen from it.
      tried: {model: {name: gp_classification, options: {kernel: matern}}}
      says: There is no option "kernel"
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

ROWS = Path(__file__).with_name("rows")
SECTIONS = (
    "parameters",
    "strategies",
    "generators",
    "models",
    "likelihoods",
    "mean_and_covariance",
    "acquisitions",
    "botorch",
    "kernels",
    "inducing_points",
)
"""The files, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A feature of AEPsych and what is claimed of it; it works unless `refused` says why not.

    Attributes:
        aepsych: Its name or names there.
        here: What a study says to get it: fields of the config, and of the strategy that is tried. Empty where nothing
            needs to be said.
        note: What is worth knowing about one that works.
        refused: Why there is no such thing, and what to use instead.
        tried: Where it can be asked for at all: a fragment that the server refuses.
        says: What the refusal must say, all of it.
        ask: Arguments of every Ask.
        setup: Arguments of the Setup; "EARLIER" stands for the id of an experiment with the same config.
        asked: How many trials the strategy that is tried gives, where the default of 20 isn't right; 0 for any number.
        query: The query after the last trial; by default one that suits the outcome.
    """

    aepsych: tuple[str, ...]
    here: Mapping[str, Any] | None = None
    note: str = ""
    refused: str = ""
    tried: Mapping[str, Any] | None = None
    says: tuple[str, ...] = ()
    ask: Mapping[str, Any] | None = None
    setup: Mapping[str, Any] | None = None
    asked: int = 20
    query: str = ""

    def __str__(self) -> str:
        return ", ".join(self.aepsych)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the page."""

    title: str
    about: str
    rows: tuple[Row, ...]


def sections() -> Iterator[Section]:
    """Read all sections, in the order of the page.

    Raises:
        ValueError: A row has an unknown field, or claims both or neither.
    """
    for name in SECTIONS:
        read = yaml.safe_load((ROWS / f"{name}.yaml").read_text(encoding="utf-8"))
        yield Section(read["title"], read["about"].strip(), tuple(map(_row, read["rows"])))


def _row(read: dict[str, Any]) -> Row:
    known = {item.name for item in fields(Row)}
    if unknown := read.keys() - known:
        raise ValueError(f"{read}: there is no field {', '.join(unknown)}; known: {', '.join(sorted(known))}.")
    row = Row(**{**read, "aepsych": _several(read["aepsych"]), "says": _several(read.get("says", []))})
    if (row.here is None) != bool(row.refused):
        raise ValueError(f"{row}: give either what to say here, or why it is refused.")
    if (row.tried is None) != (not row.says):
        raise ValueError(f"{row}: what is tried and what the refusal says belong together.")
    return row


def _several(texts: str | list[str]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else tuple(texts)
