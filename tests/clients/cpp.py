"""The C++ client: built with CMake and installed into a prefix, and its runner."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clients.runner import Client, NotInstalledError

SOURCE = Path(__file__).parents[2] / "clients" / "cpp"
PACKAGES = "cmake g++ libgrpc++-dev libprotobuf-dev make protobuf-compiler protobuf-compiler-grpc"
"""What it is built with, as Debian and Ubuntu call it."""

QUICKLY = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
    "-DCMAKE_UNITY_BUILD=ON",
    "-DCMAKE_UNITY_BUILD_BATCH_SIZE=100",
)
"""gRPC's headers take longer to compile than the client itself, so they are read once, and nothing is optimised."""


def check_tools() -> None:
    """Raise NotInstalledError unless all that it is built with is there."""
    programs = ("cmake", "make", "c++", "protoc", "grpc_cpp_plugin")
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        raise NotInstalledError(f"no {', '.join(missing)}; on Debian and Ubuntu: sudo apt-get install {PACKAGES}")


def install(folder: Path) -> Path:
    """Build the client and its runner in a folder, install the client, and return the prefix."""
    check_tools()
    prefix = folder / "prefix"
    options = ("-DAEPSYCH_GRPC_TESTS=ON", f"-DCMAKE_INSTALL_PREFIX={prefix}", *QUICKLY)
    run("cmake", "-S", SOURCE, "-B", folder / "tree", *options)
    run("cmake", "--build", folder / "tree")
    shutil.rmtree(prefix, ignore_errors=True)
    run("cmake", "--install", folder / "tree")
    return prefix


def program(folder: Path, name: str) -> Path:
    """Return a test program that `install` has built."""
    return folder / "tree" / "tests" / name


def run(*command: str | Path, cwd: Path | None = None, text: str = "", **environment: str) -> str:
    """Run a program with a text on stdin, and return what it prints; both outputs are in the error when it fails."""
    ran = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        input=text,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{command[0]} ended with exit code {ran.returncode}:\n{ran.stdout}\n{ran.stderr}")
    return ran.stdout


def _build(folder: Path) -> Sequence[str]:
    install(folder)
    return [str(program(folder, "conformance"))]


CLIENT = Client("C++", _build)
