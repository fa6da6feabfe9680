"""The MATLAB client, run by Octave."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clients.runner import Client, NotInstalledError

SOURCE = Path(__file__).parents[2] / "clients" / "matlab"
PACKAGES = "curl fonts-freefont-otf gnuplot-nox octave"
"""What it is run with, as Debian and Ubuntu call it."""


def octave(*words: str | Path) -> Sequence[str]:
    """Return the command that runs Octave, without what its user has set up."""
    missing = [program for program in ("octave-cli", "curl", "gnuplot") if not shutil.which(program)]
    if missing:
        raise NotInstalledError(f"no {', '.join(missing)}; on Debian and Ubuntu: sudo apt-get install {PACKAGES}")
    return ["octave-cli", "--no-gui", "--quiet", "--norc", *map(str, words)]


def run(lines: str, folder: Path) -> str:
    """Run lines of MATLAB in a folder and return what they print; what went wrong is in the error when they fail."""
    script = f"addpath('{SOURCE}', '{SOURCE / 'tests'}');\n{lines}\n"
    ran = subprocess.run(
        octave("--eval", script),
        cwd=folder,
        env=os.environ | {"LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"Octave ended with exit code {ran.returncode}:\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


CLIENT = Client("MATLAB", lambda _folder: octave(SOURCE / "tests" / "conformance.m"), lambda server: server.http_target)
