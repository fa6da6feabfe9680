"""The Python client; and curl, grpcurl and a web page, which need no client: JSON by hand over HTTP/1.1 and gRPC."""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from clients.json_callers import GRPCURL
from clients.runner import Client, NotInstalledError
from clients.web_page import PROGRAM

TESTS = Path(__file__).parents[1]
PROJECT = TESTS.parent
HOW_TO_INSTALL = "`make venv` brings grpcurl; on Debian and Ubuntu: sudo apt-get install chromium curl"


def runner(*module_and_words: str, needs: str = "") -> Callable[[Path], Sequence[str]]:
    """Return what makes the command of a runner in Python, once the program that it needs is there."""

    def build(_folder: Path) -> Sequence[str]:
        if needs and not shutil.which(needs):
            raise NotInstalledError(f"no {Path(needs).name}; {HOW_TO_INSTALL}")
        return ["env", f"PYTHONPATH={PROJECT}{os.pathsep}{TESTS}", sys.executable, "-m", *module_and_words]

    return build


PYTHON = Client("Python", runner("clients.python_conformance"))
CURL = Client("curl", runner("clients.json_conformance", "curl", needs="curl"), lambda server: server.http_target)
GRPCURL_CLIENT = Client("grpcurl", runner("clients.json_conformance", "grpcurl", needs=GRPCURL))
WEB_PAGE = Client(
    "web page", runner("clients.json_conformance", "chromium", needs=PROGRAM), lambda server: server.http_target
)
