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
        except Exception as error:  # whatever it is, the next behaviour has its turn
            failed = True
            *_, place = traceback.extract_tb(error.__traceback__)
            why = f"line {place.lineno}: {place.line}: {type(error).__name__} {error}"
            print(behaviour.__name__, "FAILED", " ".join(why.split()), flush=True)
        else:
            print(behaviour.__name__, "ok", flush=True)
    return 1 if failed else 0


def restart() -> None:
    """Have the server restarted."""
    print("restart", flush=True)
    sys.stdin.readline()
