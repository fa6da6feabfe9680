"""How commands say what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer


def failed(message: str, code: int = 1) -> typer.Exit:
    """Print what went wrong, and return the exit."""
    typer.echo(f"aepsych-grpc: {message}", err=True)
    return typer.Exit(code)


@contextmanager
def explained(*kinds: type[Exception], code: int = 1) -> Iterator[None]:
    """Say in a line what an error of these kinds says, or what is wrong with a file, and exit."""
    try:
        yield
    except kinds as error:
        raise failed(str(error), code) from None
    except OSError as error:
        message = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise failed(message, code) from None
