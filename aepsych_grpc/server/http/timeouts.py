"""How long a caller waits, as its headers say."""

import re

from aepsych_grpc.error import Reason, ServiceError

_MILLISECONDS = re.compile(r"[0-9]{1,10}")
_GRPC = re.compile(r"([0-9]{1,8})([HMSmun])")
_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def connect_timeout(value: str) -> float | None:
    """Return the seconds of Connect-Timeout-Ms; None without.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    if not value:
        return None
    if not _MILLISECONDS.fullmatch(value):
        raise _refused("Connect-Timeout-Ms", value, "milliseconds, at most ten digits, such as 5000")
    return int(value) / 1e3


def grpc_timeout(value: str) -> float | None:
    """Return the seconds of grpc-timeout; None without.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    if not value:
        return None
    found = _GRPC.fullmatch(value)
    if found is None:
        raise _refused("grpc-timeout", value, "at most eight digits and a unit of H, M, S, m, u or n, such as 5S")
    return int(found[1]) * _UNITS[found[2]]


def _refused(header: str, value: str, expected: str) -> ServiceError:
    return ServiceError(Reason.INVALID_REQUEST, f'{header} is "{value[:60]}"; expected are {expected}.')
