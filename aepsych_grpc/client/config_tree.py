"""A config given as a dict, as the tree that a config file is read into: both are checked by the same reader."""

from collections.abc import Mapping
from typing import Any

from google.protobuf.message import Message
from yaml import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from aepsych_grpc.config.fields import FieldReader
from aepsych_grpc.config.proto import ROOT
from aepsych_grpc.config.violation import Violation

_NOWHERE = Mark("", 0, -1, 0, None, 0)
"""A place that counts as line 0: there is no file."""


def read_mapping(config: Mapping[str, Any], message: Message) -> list[Violation]:
    """Fill a config's message from a dict, and return every unknown field and value of a wrong type.

    Raises:
        TypeError: It holds something else than dicts, lists, texts, numbers and bools.
    """
    reader = FieldReader()
    reader.read(_node(config, ROOT), message, ROOT)
    return reader.violations


def _node(value: Any, path: str) -> Node:
    native = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(native, Mapping):
        entries = [(_scalar(_name(key, path), '"'), _node(item, f"{path}.{key}")) for key, item in native.items()]
        return MappingNode("", entries, _NOWHERE, _NOWHERE)
    if isinstance(native, list | tuple):
        items = [_node(item, f"{path}[{i}]") for i, item in enumerate(native)]
        return SequenceNode("", items, _NOWHERE, _NOWHERE)
    if isinstance(native, str):
        return _scalar(native, '"')
    if native is None:
        return _scalar("null", None)
    if isinstance(native, bool):
        return _scalar(str(native).lower(), None)
    if isinstance(native, int | float):
        # YAML writes what is not finite with a leading point: .inf, -.inf, .nan.
        return _scalar(repr(native).replace("inf", ".inf").replace("nan", ".nan"), None)
    raise TypeError(
        f"{path} is {native!r}, of type {type(native).__name__}; a config has dicts, lists, texts, numbers and bools."
    )


def _scalar(text: str, style: str | None) -> ScalarNode:
    return ScalarNode("", text, _NOWHERE, _NOWHERE, style)


def _name(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{path} has the name {key!r}, of type {type(key).__name__}; names are texts.")
    return key
