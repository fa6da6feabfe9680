"""Writes the MATLAB client's calls: a function for each unary RPC, with the contract's comments as its help.

Run by `make generate` as a plugin of `buf generate`.
"""

import re
import textwrap
from collections.abc import Iterator, Mapping

from .contract import Cardinality, Contract, Field, Message, Method
from .plugin import run_plugin

FOLDER = "+aepsych/+rpc"
NOTE = "% Generated from the contract by `make generate`; not to be edited."
WIDTH = 118

_WELL_KNOWN = {
    "google.protobuf.Value": "value",
    "google.protobuf.Struct": "value",
    "google.protobuf.Duration": "duration",
    "google.protobuf.Timestamp": "time",
}
_KINDS = {"double": "number", "int32": "number", "bool": "bool", "string": "text", "enum": "enum", "bytes": "bytes"}
_CARDINALITIES = {Cardinality.REPEATED: "list", Cardinality.MAP: "map"}
_SHOWN = {
    "number": "number",
    "bool": "logical",
    "text": "text",
    "bytes": "text in base64",
    "value": "any value",
    "duration": "seconds",
    "time": "text of a time",
}
_LISTS = {"number": "row of numbers", "text": "cells of texts"}


def write(contract: Contract) -> Mapping[str, str]:
    """The files by their path: a function for each unary RPC, and the fields of the messages that these need."""
    (service,) = contract.services
    unary = [method for method in service.methods if method.unary]
    files = {f"{FOLDER}/{_function_name(method)}.m": _call(method, contract) for method in unary}
    return files | {f"{FOLDER}/fields.m": _fields(unary, contract)}


def _call(method: Method, contract: Contract) -> str:
    name = _function_name(method)
    request, response = contract.message(method.request), contract.message(method.response)
    summary, _, more = " ".join(method.comment.split()).partition(". ")
    help_lines = [
        f"%{name.upper()} {summary.removesuffix('.')}.",
        *_block(more, "%   "),
        "%",
        f"%   RESPONSE = aepsych.rpc.{name}(CONNECTION, REQUEST)",
        f"%   RESPONSE = aepsych.rpc.{name}(CONNECTION, REQUEST, SECONDS) with another deadline",
        "%",
        "%   CONNECTION is an aepsych.Connection, REQUEST a struct or containers.Map; what is left out is not sent.",
        "%",
        *_messages_help("REQUEST", request, contract),
        *_messages_help("RESPONSE", response, contract),
    ]
    return "\n".join(
        [
            f"function response = {name}(connection, request, seconds)",
            *help_lines[:-1],
            "",
            NOTE,
            "if nargin < 3",
            "    seconds = connection.record_seconds;",
            "end",
            "response = aepsych.wire.exchange(connection, ...",
            f"    '{method.name}', '{request.name}', '{response.name}', request, seconds);",
            "end",
            "",
        ]
    )


def _messages_help(title: str, message: Message, contract: Contract) -> Iterator[str]:
    if not message.fields:
        yield f"%   {title} has no fields."
    else:
        yield f"%   {title}:"
    for field in message.fields:
        yield f"%     {field.name} ({_shown(field)})"
        yield from _block(field.comment, "%       ")
        enum = next((one for one in contract.enums if one.full_name == field.kind.name), None)
        for value in enum.values if enum else ():
            yield from _block(f"'{value.name}': {value.comment}", "%         ")
    yield "%"


def _shown(field: Field) -> str:
    kind = _kind(field)
    one = field.kind.name.rpartition(".")[2] if kind in ("message", "enum") else _SHOWN[kind]
    if field.cardinality is Cardinality.REPEATED:
        return _LISTS.get(kind, f"struct array of {one}")
    if field.cardinality is Cardinality.MAP:
        return f"{one} by name"
    return one


def _block(comment: str, prefix: str) -> list[str]:
    return textwrap.wrap(
        comment, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False, break_on_hyphens=False
    )


def _fields(methods: list[Method], contract: Contract) -> str:
    lines = [
        "function known = fields(message)",
        "%FIELDS Says what a message of the contract is made of.",
        "%",
        "%   KNOWN = aepsych.rpc.fields(MESSAGE) is a struct array with the fields' name, name in JSON, cardinality",
        "%   ('one', 'optional', 'list' or 'map'), kind of value, and the message's name for values that are messages.",
        "",
        NOTE,
        "persistent messages",
        "if isempty(messages)",
        "    messages = containers.Map();",
    ]
    for message in _reachable(methods, contract):
        rows = [_row(field) for field in message.fields]
        lines.append(f"    messages('{message.name}') = rows({{" + (" ..." if rows else "});"))
        lines += [f"        {row}; ..." for row in rows]
        lines += ["        });"] if rows else []
    return "\n".join(
        [
            *lines,
            "end",
            "known = messages(message);",
            "end",
            "",
            "function known = rows(table)",
            "table = reshape(table, [], 5);",
            "known = cell2struct(table, {'name', 'json', 'cardinality', 'kind', 'message'}, 2);",
            "end",
            "",
        ]
    )


def _row(field: Field) -> str:
    cardinality = _CARDINALITIES.get(field.cardinality, "optional" if field.has_presence else "one")
    kind = _kind(field)
    message = field.kind.name.rpartition(".")[2] if kind == "message" else ""
    return ", ".join(f"'{word}'" for word in (field.name, field.json_name, cardinality, kind, message))


def _kind(field: Field) -> str:
    return _WELL_KNOWN.get(field.kind.name, "message") if field.kind.scalar == "message" else _KINDS[field.kind.scalar]


def _reachable(methods: list[Method], contract: Contract) -> list[Message]:
    """The messages within requests and responses, in the contract's order."""
    seen: set[str] = set()
    left = [name for method in methods for name in (method.request, method.response)]
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += [field.kind.name for field in contract.message(name).fields if _kind(field) == "message"]
    return [message for message in contract.messages if message.full_name in seen]


def _function_name(method: Method) -> str:
    """The method's name as functions are written: GetServerInfo is getServerInfo."""
    return re.sub(r"^[A-Z]+?(?=[A-Z][a-z]|[a-z]|$)", lambda found: found[0].lower(), method.name)


if __name__ == "__main__":
    run_plugin(write)
