"""Writes docs/reference anew."""

from pathlib import Path

from aepsych_grpc.server.reflection import contract
from tools.reference.pages import pages

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def main() -> None:
    """Run the command."""
    REFERENCE.mkdir(exist_ok=True)
    written = pages(contract())
    for old in REFERENCE.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
