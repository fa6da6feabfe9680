"""Writes the `.meta` files of a Unity package: without one, Unity ignores a file of a package that it may not write to.

The id of a file follows from its path, so that it stays the same whoever writes it:

    python -m tools.unity_metas clients/csharp
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path


def metas(package: Path) -> dict[Path, str]:
    """The `.meta` files that a package must have, by path."""
    return {item.with_name(f"{item.name}.meta"): _meta(item, package) for item in _seen_by_unity(package)}


def write(package: Path) -> None:
    """Make a package's `.meta` files what they must be."""
    wanted = metas(package)
    for old in package.rglob("*.meta"):
        if old not in wanted:
            old.unlink()
    for path, text in wanted.items():
        path.write_text(text, encoding="utf-8")


def _seen_by_unity(folder: Path) -> Iterator[Path]:
    for item in sorted(folder.iterdir()):
        if item.name.startswith(".") or item.name.endswith("~") or item.suffix == ".meta":
            continue
        yield item
        if item.is_dir():
            yield from _seen_by_unity(item)


def _meta(item: Path, package: Path) -> str:
    guid = hashlib.md5(
        f"aepsych-grpc/{item.relative_to(package).as_posix()}".encode(), usedforsecurity=False
    ).hexdigest()
    return f"fileFormatVersion: 2\nguid: {guid}\n" + ("folderAsset: yes\n" if item.is_dir() else "")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
