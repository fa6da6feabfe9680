"""What the database's driver raises, in the store's terms."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from aepsych_grpc.store import busy
from aepsych_grpc.store.error import StoreUnavailable

_FORBIDDEN = "42501"
"""PostgreSQL's code for what its administrator does not allow."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Raise StoreUnavailable, which begins with `what`, when the database can't be reached, read or written."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreUnavailable(f"{what}: other writers kept it busy for {busy.SECONDS:g} s.") from error
    except DatabaseError as error:
        # The driver's own base class stands for a damaged file or none of SQLite's; the others are mistakes of ours.
        out_of_order = isinstance(error, OperationalError | InternalError) or type(error) is DatabaseError
        if not out_of_order and getattr(error.orig, "sqlstate", None) != _FORBIDDEN:
            raise
        raise StoreUnavailable(f"{what}: {' '.join(str(error.orig).split())}.") from error
