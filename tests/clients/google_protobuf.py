"""Google.Protobuf, the messages' runtime of C#, for tests: taken from a Python package that carries it, and kept."""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from clients.runner import NotInstalledError

_PACKAGE = "nimbusml==1.8.0 --hash=sha256:4aa039832ed9730365523c3324e06856d12d89d2cc062aede0f60835a9188ad0"
_MEMBER = "nimbusml/internal/libs/Google.Protobuf.dll"
_SHA256 = "e7cb901eae46b1476499da310ac3a1ecdc968c2343df5209161d4390d95112ba"
"""Version 3.10.1. A program uses a newer one, which knows spans, from NuGet."""


def google_protobuf_dll() -> Path:
    """Return the library; it is downloaded once (114 MB, of which 350 kB are kept).

    Raises:
        NotInstalledError: It can't be downloaded.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aepsych-grpc"
    kept = cache / f"Google.Protobuf-{_SHA256[:8]}.dll"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        data = _downloaded()
        if hashlib.sha256(data).hexdigest() != _SHA256:
            raise RuntimeError("Google.Protobuf.dll is not the one that is expected.")
        part = kept.with_suffix(f".{os.getpid()}")
        part.write_bytes(data)
        part.replace(kept)
    return kept


def _downloaded() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(_PACKAGE, encoding="utf-8")
        where = ["--no-deps", "--only-binary=:all:", "--python-version", "3.8", "--platform", "manylinux1_x86_64"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", *where]
        command += ["--require-hashes", "--dest", folder, "--requirement", str(requirements)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise NotInstalledError(f"Google.Protobuf can't be downloaded:\n{ran.stderr}")
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(_MEMBER)
