"""A config as a file: YAML or JSON, in the JSON form of the contract's message."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.json_format import MessageToDict

from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.config.document import compose
from aepsych_grpc.config.experiment import ExperimentConfig
from aepsych_grpc.config.fields import FieldReader
from aepsych_grpc.config.proto import ROOT, from_proto, to_proto
from aepsych_grpc.config.violation import InvalidConfigError, Violation
from aepsych_grpc.v1 import config_pb2 as v1

_WORDS = re.compile(r"[a-zA-Z_][\w -]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A config file as far as it could be read.

    Attributes:
        file: Its name, for messages.
        message: The config, without the fields that are at fault.
        violations: Unknown fields and values of a wrong type, with their lines.
        lines: Line of each field and list entry by path.
        unknown: Paths of the fields that there are none of.
    """

    file: str
    message: v1.ExperimentConfig
    violations: tuple[Violation, ...]
    lines: Mapping[str, int]
    unknown: frozenset[str]

    def locate(self, path: str) -> int:
        """Return the line of a field, or of the nearest one around it that the file has."""
        while path and path not in self.lines:
            path = _parent(path)
        return self.lines.get(path, 1)


def load(path: str | Path) -> v1.ExperimentConfig:
    """Read a config file; what the config means is checked by the server, or by `check`.

    Raises:
        InvalidConfigError: With every unknown field and value of a wrong type, and their lines.
        OSError: If the file can't be read.
    """
    config_file = read(path)
    if config_file.violations:
        raise InvalidConfigError(config_file.violations, config_file.file)
    return config_file.message


def check(path: str | Path, catalogue: Catalogue) -> ExperimentConfig:
    """Read a config file and check all of it.

    Raises:
        InvalidConfigError: With every mistake and its line.
        OSError: If the file can't be read.
    """
    config_file = read(path)
    try:
        config = from_proto(config_file.message, catalogue)
    except InvalidConfigError as error:
        raise InvalidConfigError(_merge(config_file, error.violations), config_file.file) from None
    if config_file.violations:
        raise InvalidConfigError(_merge(config_file, ()), config_file.file)
    return config


def read(path: str | Path) -> ConfigFile:
    """Read as much of a config file as can be.

    Raises:
        InvalidConfigError: If it is no YAML or JSON at all.
        OSError: If the file can't be read.
    """
    path = Path(path)
    root = compose(path.read_bytes(), str(path))
    if root is None:
        raise InvalidConfigError([Violation("", "The file is empty; a config has at least parameters.", 1)], str(path))
    reader, message = FieldReader(), v1.ExperimentConfig()
    reader.read(root, message, ROOT)
    violations, unknown = tuple(reader.violations), frozenset(reader.unknown)
    return ConfigFile(file=str(path), message=message, violations=violations, lines=reader.lines, unknown=unknown)


def dump(config: ExperimentConfig) -> str:
    """Write a config as YAML, with every default that was filled in; reading it again gives an equal config."""
    return str(yaml.dump(_fields(config), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def dump_json(config: ExperimentConfig) -> str:
    """Write a config as JSON, with every default that was filled in; reading it again gives an equal config."""
    return json.dumps(_fields(config), ensure_ascii=False, indent=2) + "\n"


def _fields(config: ExperimentConfig) -> dict[str, Any]:
    return MessageToDict(to_proto(config), preserving_proto_field_name=True)


class _Dumper(yaml.SafeDumper):
    """Puts texts in double quotes, unless they are words that any reader of YAML takes for texts."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = None if _WORDS.fullmatch(text) else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _Dumper.represent_text)


def _merge(config_file: ConfigFile, found: Iterable[Violation]) -> list[Violation]:
    """Put together what reading and checking found, in the file's order, without what only follows from reading."""
    faulty = [violation.path for violation in config_file.violations]
    located = [
        replace(violation, line=config_file.locate(violation.path))
        for violation in found
        if not _follows(violation.path, faulty, config_file)
    ]
    return sorted((*config_file.violations, *located), key=lambda violation: violation.line)


def _follows(path: str, faulty: Sequence[str], config_file: ConfigFile) -> bool:
    """Whether a field may seem at fault only because something in it wasn't read, or its own name is misspelt."""
    if path in config_file.lines:
        return any(fault == path or fault.startswith((f"{path}.", f"{path}[")) for fault in faulty)
    around = _parent(path)
    return around in faulty or any(_parent(fault) == around for fault in config_file.unknown)


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]
