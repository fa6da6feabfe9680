"""Pages of the catalogue: models, acquisition functions and generators, each entry with its method and options."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, get_type_hints

from aepsych_grpc.config.catalogue import Entry
from aepsych_grpc.config.options import Option
from aepsych_grpc.config.violation import shown
from tools.reference.docstring import cell, escaped, prose
from tools.reference.yaml_block import yaml_block

Entries = Mapping[str, Entry[Any]]


def component_page(title: str, role: str, catalogue: ModuleType, entries: Entries) -> Iterator[str]:
    """Yield the lines of a page; `role` is the field of a strategy, `catalogue` the module of the entries."""
    yield from (f"# {title}", "", prose(catalogue), "")
    yield from ("| name | what it is | for |", "| --- | --- | --- |")
    for name, entry in entries.items():
        yield f"| [`{name}`](#{name}) | {cell(escaped(entry.summary))} | {_purpose(entry)} |"
    yield ""
    shared: dict[str, tuple[object, ...]] = {}
    for entry in entries.values():
        yield from _entry(role, entry, entries, shared)
    for name, documented in shared.items():
        yield from (f"## {name}", "", *_all_prose(documented))


def package_section(title: str, about: str, package: ModuleType, ending: str = "") -> Iterator[str]:
    """Yield a section about the public classes of those modules of a package whose names end alike."""
    yield from (f"## {title}", "", about, "")
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name.endswith(ending):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for item in _own(module, inspect.isclass):
                if not getattr(item, "_is_protocol", False):
                    yield from (f"### {item.__name__}", "", *_all_prose((module, item)))


def example(role: str, entry: Entry[Any]) -> str:
    """Return how a strategy names an entry, in YAML, with every option that has an example or a default."""
    options = {item.name: item.default if item.example is None else item.example for item in entry.option_list}
    options = {name: _plain(value) for name, value in options.items() if value not in (None, "")}
    component = {"name": entry.name} | ({"options": options} if options else {})
    return yaml_block({role: component})


def _plain(value: Any) -> Any:
    """Return a value of an option as one writes it."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _purpose(entry: Entry[Any]) -> str:
    kinds = ", ".join(entry.outcome_kinds) or "any"
    return f"{kinds}; needs a model" if entry.needs_model else kinds


def _entry(role: str, entry: Entry[Any], entries: Entries, shared: dict[str, tuple[object, ...]]) -> Iterator[str]:
    yield from (f"## {entry.name}", "", escaped(entry.summary), "")
    if remarks := list(_remarks(role, entry, entries)):
        yield from (" ".join(remarks), "")
    module, built = sys.modules[entry.build.__module__], get_type_hints(entry.build)["return"]
    yield from _all_prose(_method(module))
    if role == "model":
        yield from _all_prose((entry.build,))
    if built.__module__ != module.__name__:
        shared.setdefault(built.__name__, (sys.modules[built.__module__], built))
        yield from (f"See [{built.__name__}](#{built.__name__.lower()}).", "")
    yield from _options(entry.option_list)
    yield from (example(role, entry), "")


def _remarks(role: str, entry: Entry[Any], entries: Entries) -> Iterator[str]:
    kinds = [kind for kind in entry.outcome_kinds if entry.name == _first(entries, kind)]
    if role != "generator" and kinds:
        yield f"The default for {' and '.join(kinds)} outcomes."
    if role == "generator" and entry.name == next(
        name for name, other in entries.items() if other.needs_model == entry.needs_model
    ):
        yield f"The default {'with' if entry.needs_model else 'without'} a model."
    if role == "generator" and not entry.keeps_constraints:
        yield "Doesn't keep to constraints between parameters."


def _first(entries: Entries, kind: str) -> str:
    return next(name for name, entry in entries.items() if kind in entry.outcome_kinds)


def _method(module: ModuleType) -> Sequence[object]:
    """Return what the entry's own module documents beside options, checks and making it."""
    return [
        item
        for item in _own(module, lambda item: inspect.isclass(item) or inspect.isfunction(item))
        if not item.__name__.startswith(("build_", "check_")) and not item.__name__.endswith("Options")
    ]


def _own(module: ModuleType, wanted: Any) -> list[Any]:
    """Return the public members that a module itself defines, in their order."""
    members = [item for name, item in inspect.getmembers(module, wanted) if not name.startswith("_")]
    own = [item for item in members if item.__module__ == module.__name__]
    return sorted(own, key=lambda item: inspect.getsourcelines(item)[1])


def _all_prose(documented: Sequence[object]) -> Iterator[str]:
    for item in documented:
        if text := prose(item):
            yield from (text, "")


def _options(options: Sequence[Option]) -> Iterator[str]:
    if not options:
        return
    yield from ("| option | type | allowed | default | |", "| --- | --- | --- | --- | --- |")
    for item in options:
        default = "required" if item.required else _default(item.default)
        kind = item.type.replace("stimulus", "values by parameter")
        yield f"| `{item.name}` | {kind} | {_allowed(item)} | {default} | {cell(escaped(item.description))} |"
    yield ""


def _default(value: Any) -> str:
    if value in (None, ""):
        return ""
    return f"`{value if isinstance(value, str) else shown(value)}`"


def _allowed(item: Option) -> str:
    if item.choices:
        return ", ".join(f"`{choice}`" for choice in item.choices)
    low, high = (None if bound is None else shown(bound) for bound in (item.minimum, item.maximum))
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else ""
