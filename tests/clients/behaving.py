"""A runner in Python: goes through behaviours and prints what README.md describes."""

import sys
import traceback
from collections.abc import Callable, Iterable, Sequence


def behave(behaviours: Iterable[Callable[[], None]], chosen: Sequence[str]) -> int:
    """Try each behaviour, or those that are chosen, and return the exit code.

    A behaviour is named like its function and fails by raising.
    """
    failed = False
    for behaviour in behaviours:
        if chosen and behaviour.__name__ not in chosen:
            continue
        try:
            behaviour()
        except Exception as error:  # noqa: BLE001  # whatever it is, the next behaviour has its turn
            failed = True
            *_, place = traceback.extract_tb(error.__traceback__)
            why = f"line {place.lineno}: {place.line}: {type(error).__name__} {error}"
            _say(f"{behaviour.__name__} FAILED {' '.join(why.split())}")
        else:
            _say(f"{behaviour.__name__} ok")
    return 1 if failed else 0


def restart() -> None:
    """Have the server restarted."""
    _say("restart")
    sys.stdin.readline()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
