"""Packages that only some uses of the client need."""

import importlib
from typing import Any


def needed(module: str, extra: str) -> Any:
    """Import a module of an optional package.

    Raises:
        ImportError: It is not installed; the message says how to get it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        package = module.partition(".")[0]
        raise ImportError(f"This needs {package}: pip install 'aepsych-grpc[{extra}]'", name=package) from missing
