"""AEPsych in an environment of its own, made on first use: what the benchmarks compare with."""

import subprocess
import sys
from pathlib import Path

AEPSYCH = "aepsych==0.8.0"
TORCH = "torch==2.13.0"
DEFAULT_VENV = Path(__file__).parent.parent / ".benchmark-venv"


def python_of(venv: Path) -> Path:
    """Return the interpreter of the environment; installs it when it is missing."""
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"Installing {AEPSYCH} into {venv} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        for package in (TORCH, AEPSYCH):
            subprocess.run([str(python), "-m", "pip", "install", "--quiet", package], check=True)
    return python
