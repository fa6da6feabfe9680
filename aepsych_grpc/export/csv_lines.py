"""Lines of comma-separated values (RFC 4180), in UTF-8 without a byte order mark."""

import csv
import io
from collections.abc import Iterable, Sequence

from aepsych_grpc.export.column import Cell, plain

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
"""How a text begins that a spreadsheet would compute, and the mark that keeps it from that."""


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Write rows.

    Numbers are written so that they can be read back exactly. A text that a spreadsheet would take for a formula gets
    an apostrophe before it, and so does one that begins with an apostrophe: to leave out a first apostrophe of a text
    gives it back as it was.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_field(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _field(cell: Cell) -> str:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and not _is_number(cell) else plain(cell)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and text == text.strip()
