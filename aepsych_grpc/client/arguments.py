"""What callers give, checked before it is sent: a wrong type is named instead of being computed with."""

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from aepsych_grpc.config.violation import LONGEST_SHOWN, nearest_name


def real(name: str, value: Any) -> float:
    """Return a number; numpy's count.

    Raises:
        TypeError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"`{name}` is a number; {_given(value)}.")
    return float(value)


def whole(name: str, value: Any) -> int:
    """Return a whole number; numpy's count.

    Raises:
        TypeError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"`{name}` is a whole number; {_given(value)}.")
    return int(value)


def text(name: str, value: Any) -> str:
    """Return a text.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str):
        raise TypeError(f'`{name}` is a text, such as "{value}"; {_given(value)}.')
    return value


def texts(name: str, values: Any) -> dict[str, str]:
    """Return texts by name.

    Raises:
        TypeError: They are none, or one of them is no text.
    """
    return {text(f"{name} key", key): text(f"{name}[{key!r}]", value) for key, value in mapping(name, values).items()}


def mapping(name: str, values: Any) -> Mapping[str, Any]:
    """Return values by name.

    Raises:
        TypeError: They are none.
    """
    if not isinstance(values, Mapping):
        raise TypeError(f'`{name}` are values by name, such as {{"contrast": 0.5}}; {_given(values)}.')
    return values


def mappings(name: str, values: Any) -> list[Mapping[str, Any]]:
    """Return a list of values by name.

    Raises:
        TypeError: It is none, such as a single one of them.
    """
    if isinstance(values, Mapping):
        raise TypeError(f"`{name}` is a list: write {name}=[{{...}}], with brackets around a single one too.")
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise TypeError(f'`{name}` is a list, such as [{{"contrast": 0.5}}]; {_given(values)}.')
    return [mapping(f"{name}[{i}]", value) for i, value in enumerate(values)]


def known_options(call: str, options: Iterable[str], known: Iterable[str]) -> None:
    """Check the names of options.

    Raises:
        TypeError: A call has no such option.
    """
    names = list(known)
    for name in options:
        if name not in names:
            raise TypeError(f'{call}() has no option "{name}", only: {", ".join(names)}.{nearest_name(name, names)}')


def _given(value: Any) -> str:
    shown = repr(value)
    short = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}..."
    return f"{short} is given, of type {type(value).__name__}"
