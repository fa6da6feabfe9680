"""Tries every row and writes docs/coverage.md; leaves it alone when a row claims what is not so.

Usage: python -m tools.aepsych_coverage [--untried]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.aepsych_coverage.bench import ClaimError, running_bench
from tools.aepsych_coverage.page import page
from tools.aepsych_coverage.row import Section, sections
from tools.aepsych_coverage.study import TRIALS

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--untried", action="store_true", help="write the page at once and leave the rest to the tests")
    read = list(sections())
    if not parser.parse_args().untried and (wrong := _false_claims(read)):
        print(f"{wrong} rows claim what is not so; {PAGE} is left as it was.")
        return 1
    PAGE.write_text(page(read, TRIALS), encoding="utf-8")
    return 0


def _false_claims(read: Sequence[Section]) -> int:
    """Try every row, say how it went, and return how many claim what is not so."""
    wrong = 0
    with running_bench() as bench:
        for section in read:
            print(section.title, flush=True)
            for row in section.rows:
                try:
                    bench.check(row)
                except ClaimError as error:
                    wrong += 1
                    print(f"  WRONG   {error}")
                else:
                    print(f"  {'refused' if row.refused else 'works  '} {row}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
