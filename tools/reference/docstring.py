"""Docstrings as Markdown, without what only concerns a caller in Python."""

import inspect
import itertools
import re
from typing import Any

_FOR_CALLERS = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$", re.MULTILINE)
_AS_ANOTHER = re.compile(r"[;.]? ?\b[Rr]aises as `[^`]*`( does)?(?=\.)|^See `[^`]*`\.$")
_VERB = re.compile(r"^(Return|Build|Make|Say) ")
_MARKUP = re.compile(r"\*|<(?=\w)")
A_MERE_NAME = 5
"""Words of a first paragraph that only names what the heading names."""
_CODE = re.compile(r"(`[^`]*`)")


def prose(documented: Any) -> str:
    """Return an object's docstring as Markdown; nothing when it says nothing but how to call it.

    Formulas, which are indented, become blocks. The verb that a function begins with is left out.
    """
    text = inspect.getdoc(documented) or ""
    text = _FOR_CALLERS.split(text)[0].strip()
    blocks = [_block(block) for block in re.split(r"\n\s*\n", text) if block.strip()]
    if blocks and len(blocks[0].split()) <= A_MERE_NAME:
        del blocks[0]
    return "\n\n".join(block for block in blocks if block)


def _block(block: str) -> str:
    lines = block.splitlines()
    formula = len(list(itertools.takewhile(lambda line: line.startswith("    "), reversed(lines))))
    text, formulas = lines[: len(lines) - formula], lines[len(lines) - formula :]
    parts = [_paragraph(" ".join(text))] if text else []
    if formulas:
        parts.append("\n".join(("```text", *(line.removeprefix("    ") for line in formulas), "```")))
    return "\n\n".join(part for part in parts if part)


def _paragraph(text: str) -> str:
    text = _AS_ANOTHER.sub("", text).removeprefix(".").strip()
    if verb := _VERB.match(text):
        text = text[verb.end() :]
        text = text[:1].upper() + text[1:]
    return escaped(text)


def escaped(text: str) -> str:
    """Return a text whose asterisks and angle brackets Markdown leaves alone; code in it stays as it is."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _MARKUP.sub(r"\\\g<0>", part) for part in parts)


def cell(text: str) -> str:
    """Put a text into one line of a table."""
    return " ".join(text.split()).replace("|", "\\|")
