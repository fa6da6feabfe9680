"""The parts of the package that not every installation has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from aepsych_grpc.cli.failing import failed


def one_thread_each() -> None:
    """Have the libraries of numpy and torch use one thread; they read this when they are loaded."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


@contextmanager
def server_parts(code: int = 1) -> Iterator[None]:
    """Let a block import what a server needs; where something is missing, say how to install it, and exit."""
    one_thread_each()
    try:
        yield
    except ModuleNotFoundError as error:
        raise failed(f'{error.name} is not installed; this needs: pip install "aepsych-grpc[server]"', code) from None
