"""The page: a table for each section, and how many rows work."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from tools.aepsych_coverage.row import Row, Section

HEAD = """# For those who come from AEPsych

Every kind of parameter, option, generator, model, likelihood, kernel and acquisition function that an AEPsych config
can name, and what to write here instead. Each row that works was run to write this page: {trials} trials with a
simulated participant, over gRPC, and a query. Where a row that is refused can be asked for at all, it was seen that the
server says so. `make coverage-page` does all that again, and the tests fail while this page says anything else.

Under *here* are fields of a [study](../README.md#a-study-is-a-file): `parameters`, `outcomes` and the like belong at
its top, `generator`, `model`, `acquisition`, `stopping` and `keep_most_recent` into one of its `strategies`. All
options are in the [reference](README.md).

{works} of {rows} rows work.
"""
DEFAULT = "*nothing to write*"
_IDENTIFIERS = re.compile(r"[\w.]+( = [\w.\[\]]+)?")


def page(sections: Sequence[Section], trials: int) -> str:
    """Return the page as Markdown."""
    rows = [row for section in sections for row in section.rows]
    head = HEAD.format(trials=trials, works=sum(not row.refused for row in rows), rows=len(rows))
    return "\n".join([head, *(line for section in sections for line in _table(section))])


def _table(section: Section) -> Iterator[str]:
    yield from (f"## {section.title}", "", section.about, "")
    yield from ("| AEPsych's name | here | |", "| --- | --- | --- |")
    for row in section.rows:
        names = ", ".join(_code(name) if _IDENTIFIERS.fullmatch(name) else name for name in row.aepsych)
        yield f"| {names} | {_here(row)} | {_cell(_verdict(row))} |"
    yield ""


def _verdict(row: Row) -> str:
    if row.refused:
        return f"**refused** because {row.refused.strip()}"
    return f"**works**: {row.note.strip()}" if row.note else "**works**"


def _here(row: Row) -> str:
    if row.refused:
        return ""
    parts = [_code(f"{name}: {_flow(value)}") for name, value in (row.here or {}).items()]
    for call, arguments in (("Ask", row.ask), ("Setup", row.setup)):
        parts.extend(f"{call} with {_code(f'{name}: {_flow(value)}')}" for name, value in (arguments or {}).items())
    return "<br>".join(parts) or DEFAULT


def _flow(value: Mapping[str, Any] | Any) -> str:
    """Write a value as YAML in one line, as the documentation does."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    """Put a text into one line of a table."""
    return " ".join(text.split()).replace("|", "\\|")
