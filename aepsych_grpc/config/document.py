"""The text of a config file as a tree that knows its lines.

YAML, of which JSON is a part. Only lists, mappings and plain values are taken: no tags, no anchors.
"""

import json
import re

import yaml
from yaml.error import MarkedYAMLError
from yaml.nodes import Node
from yaml.reader import ReaderError

from aepsych_grpc.config.violation import InvalidConfigError, Violation

MOST_BYTES = 1_000_000
"""Size of a config file."""
DEEPEST = 30
"""Levels of nesting; configs have fewer than ten."""

_AEPSYCH_INI = re.compile(r"^[ \t]*\[common\][ \t]*$", re.MULTILINE | re.IGNORECASE)
_ADVICE = {
    "found character '\\t'": "Tabs can't indent; use spaces",
    "mapping values are not allowed": "A second ': ' in a line isn't understood; put texts that contain it in quotes",
    "found another document": "A second '---' begins another document; keep one",
    "but got '<stream end>'": "The file ends before a bracket that was opened here is closed",
    "found unexpected end of stream": "The file ends before the quotes that were opened here are closed",
    "expected <block end>": "The indentation doesn't fit the lines before; align the fields of a group",
    "expected '<document start>'": "This isn't a field; write 'name: value'",
    "cannot start any token": "A text can't begin with this character; put it in quotes",
}


def compose(data: bytes, file: str) -> Node | None:
    """Return the tree of a config file's content; None when there is none.

    Raises:
        InvalidConfigError: If it can't be read, with the line.
    """
    if len(data) > MOST_BYTES:
        raise _unreadable(f"The file has {len(data)} bytes; at most {MOST_BYTES} are read.", 1, file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _unreadable("The file isn't a text in UTF-8; save it as such.", line, file) from None
    if ini := _AEPSYCH_INI.search(text):
        line = text[: ini.start()].count("\n") + 1
        raise _unreadable("AEPsych INI configs are not read yet; write the study as YAML.", line, file)
    if file.endswith(".json"):
        _check_json(text, file)
    text = text.replace("\t", " ") if text.lstrip().startswith("{") else text
    try:
        return _Loader(text).get_single_node()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _unreadable(_explain(error), mark.line + 1 if mark else 1, file) from None
    except ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _unreadable("This line has a character that can't be printed; remove it.", line, file) from None


class _Loader(yaml.SafeLoader):
    """Composes nodes without anchors and tags, and not too deep."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in the stubs
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "Anchors and aliases (& and *) aren't read; write the value out."
        elif getattr(event, "tag", None):
            problem = "Tags (!) aren't read; write plain values."
        elif self.depth >= DEEPEST:
            problem = "This is nested too deep for a config."
        else:
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node
        raise MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _explain(error: MarkedYAMLError) -> str:
    problem = error.problem or "This isn't understood."
    advice = next((advice for part, advice in _ADVICE.items() if part in problem), problem)
    began = error.context_mark.line + 1 if error.context_mark else None
    ended = error.problem_mark.line + 1 if error.problem_mark else None
    place = f" (column {error.problem_mark.column + 1})" if error.problem_mark else ""
    return advice + place + ("" if began in (None, ended) else f"; the group or text began in line {began}")


def _check_json(text: str, file: str) -> None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise _unreadable(f"{error.msg} at column {error.colno}.", error.lineno, file) from None
    except RecursionError:
        raise _unreadable("This is nested too deep for a config.", 1, file) from None


def _unreadable(message: str, line: int, file: str) -> InvalidConfigError:
    return InvalidConfigError([Violation("", message, line)], file)
