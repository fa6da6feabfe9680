"""Names: there, readable, and each used once."""

from collections.abc import Iterator, Mapping

from aepsych_grpc.config.violation import Violation, shown

LONGEST_NAME = 200
"""Characters in a name."""


def check_name(name: str, path: str, what: str) -> Iterator[Violation]:
    """Check a name that tables, files and stimuli will carry. `what` is what bears it, such as "parameter"."""
    if not name:
        yield Violation(path, f"Required: give the {what} a name.")
    elif len(name) > LONGEST_NAME:
        yield Violation(path, f"A name of {len(name)} characters is given; at most {LONGEST_NAME} are allowed.")
    elif name != name.strip() or not name.isprintable():
        yield Violation(path, f"{shown(name)} has spaces around it, or characters that can't be printed; remove them.")


def check_unique(names: Mapping[str, str], what: str) -> Iterator[Violation]:
    """Check that no name is used twice. `names` maps each path to the name there."""
    first: dict[str, str] = {}
    for path, name in names.items():
        if name and name in first:
            yield Violation(path, f"The {what} name {shown(name)} is used already, at {first[name]}; choose another.")
        first.setdefault(name, path)


def check_count(count: int, most: int, path: str, what: str) -> Iterator[Violation]:
    """Check that a list isn't longer than allowed. `what` names its entries in the plural."""
    if count > most:
        yield Violation(path, f"{count} {what} are given; at most {most} are allowed.")
