"""Tries every row and writes docs/coverage.md; leaves it alone when a row claims what is not so."""

import sys
from pathlib import Path

from tools.aepsych_coverage.page import page
from tools.aepsych_coverage.row import sections
from tools.aepsych_coverage.study import TRIALS
from tools.aepsych_coverage.trial import ClaimError, check, running_server

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def main() -> int:
    """Run the command."""
    read, wrong = list(sections()), 0
    with running_server() as client:
        for section in read:
            print(section.title, flush=True)
            for row in section.rows:
                try:
                    check(row, client)
                except ClaimError as error:
                    wrong += 1
                    print(f"  WRONG {error}")
                else:
                    print(f"  {'refused' if row.refused else 'works  '} {row}")
    if wrong:
        print(f"{wrong} rows claim what is not so; {PAGE} is left as it was.")
        return 1
    PAGE.write_text(page(read, TRIALS), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
