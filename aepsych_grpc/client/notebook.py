"""What notebooks show: small HTML tables."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


def number(value: Any) -> str:
    """Return a value as people read it: four digits of a number, other values as they are."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def html_table(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Return a table; everything given is text, not HTML."""
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    title = f'<caption style="caption-side: top; text-align: left">{escape(caption)}</caption>'
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
