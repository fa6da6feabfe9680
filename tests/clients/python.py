"""The Python client; and curl and grpcurl, which need no client: JSON by hand over HTTP/1.1 and gRPC."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from clients.json_callers import GRPCURL
from clients.runner import Client, NotInstalledError

TESTS = Path(__file__).parents[1]
PROJECT = TESTS.parent


def runner(*module_and_words: str, needs: str = "") -> Callable[[Path], Sequence[str]]:
    """Return what makes the command of a runner in Python, once the program that it needs is there."""

    def build(_folder: Path) -> Sequence[str]:
        if needs and not shutil.which(needs):
            name = Path(needs).name
            raise NotInstalledError(f"no {name}; `make venv` brings grpcurl, and: sudo apt-get install curl")
        return ["env", f"PYTHONPATH={PROJECT}{os.pathsep}{TESTS}", sys.executable, "-m", *module_and_words]

    return build


PYTHON = Client("Python", runner("clients.python_conformance"))
CURL = Client("curl", runner("clients.json_conformance", "curl", needs="curl"), lambda server: server.http_target)
GRPCURL_CLIENT = Client("grpcurl", runner("clients.json_conformance", "grpcurl", needs=GRPCURL))
