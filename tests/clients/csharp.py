"""The C# client, compiled and run with Mono: by HttpClient, and by UnityWebRequest over a stand-in for Unity."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clients.google_protobuf import google_protobuf_dll
from clients.live_server import LiveServer
from clients.runner import Client, NotInstalledError

SOURCE = Path(__file__).parents[2] / "clients" / "csharp"
PACKAGES = "binutils mono-devel nunit-console"
"""What it is compiled and tested with, as Debian and Ubuntu call it."""

LIBRARY = SOURCE / "Runtime"
BEHAVIOURS = SOURCE / "Tests~" / "Behaviours"
UNITY = "UnityEngine.dll"

_OLD_RUNTIME = "-define:GOOGLE_PROTOBUF_REFSTRUCT_COMPATIBILITY_MODE"  # the DLL at hand knows no spans
_OF_SYSTEM = ("Configuration", "Core", "Net.Http", "Numerics", "Security", "Xml")
_IN_UNITY = "-define:UNITY_5_3_OR_NEWER"

_OF_MONO = ("mscorlib", "Mono.Security", "System", *(f"System.{name}" for name in _OF_SYSTEM))
_TRAMPOLINES = ",".join(f"{kind}trampolines=40000" for kind in ("n", "nrgctx-", "nimt-", "nrgctx-fetch-"))


def compiled(out: Path, *sources: Path, references: Sequence[str] = (), options: Sequence[str] = ()) -> Path:
    """Compile all files in or under `sources` into a program or library; its folder has what it refers to."""
    if not (shutil.which("mcs") and shutil.which("mono")):
        raise NotInstalledError(f"no mcs, mono; on Debian and Ubuntu: sudo apt-get install {PACKAGES}")
    out.parent.mkdir(parents=True, exist_ok=True)
    protobuf = out.parent / "Google.Protobuf.dll"
    if not protobuf.exists():
        shutil.copyfile(google_protobuf_dll(), protobuf)
    known = [protobuf, "Facades/netstandard.dll", "System.Net.Http.dll", "System.Core.dll"]
    known += [out.parent / name if (out.parent / name).exists() else name for name in references]
    files = [file for source in sources for file in (sorted(source.rglob("*.cs")) if source.is_dir() else [source])]
    command = ["mcs", "-nologo", "-langversion:latest", "-warnaserror", "-debug+", f"-out:{out}", *options]
    command += [f"-target:{'library' if out.suffix == '.dll' else 'exe'}", *(f"-r:{name}" for name in known)]
    ran = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"{out.name} was not compiled:\n{ran.stdout}{ran.stderr}")
    return out


def library(folder: Path) -> str:
    """Compile the client for plain .NET and return its name."""
    return compiled(folder / "AepsychGrpc.dll", LIBRARY, options=[_OLD_RUNTIME]).name


def unity_library(folder: Path) -> str:
    """Compile the client for Unity, with a stand-in for Unity, and return its name."""
    compiled(folder / UNITY, SOURCE / "Tests~" / "UnityStandIn")
    out = folder / "AepsychGrpc.dll"
    return compiled(out, LIBRARY, references=[UNITY], options=[_OLD_RUNTIME, _IN_UNITY]).name


def ahead_of_time(folder: Path) -> Sequence[str]:
    """Build the runner as IL2CPP would, all code ahead of time; return the command that runs it without a compiler."""
    if not shutil.which("as"):
        raise NotInstalledError("no as; on Debian and Ubuntu: sudo apt-get install binutils")
    command = _build(folder)
    mono = Path("/usr/lib/mono/4.5")
    for file in [*(mono / f"{name}.dll" for name in _OF_MONO), mono / "Facades" / "netstandard.dll"]:
        shutil.copyfile(file, folder / file.name)
    found = {"MONO_PATH": str(folder)}
    for file in [*folder.glob("*.dll"), *folder.glob("*.exe")]:
        compiling = ["mono", f"--aot=full,{_TRAMPOLINES}", str(file)]
        subprocess.run(compiling, env=os.environ | found, capture_output=True, check=True)
    return ["env", f"MONO_PATH={folder}", "mono", "--full-aot", command[-1]]


def _build(folder: Path) -> Sequence[str]:
    source = SOURCE / "Tests~" / "Conformance"
    return _mono(compiled(folder / "conformance.exe", BEHAVIOURS, source, references=[library(folder)]))


def _build_for_unity(folder: Path) -> Sequence[str]:
    references = [unity_library(folder), UNITY]
    source = SOURCE / "Tests~" / "UnityConformance"
    return _mono(compiled(folder / "conformance.exe", BEHAVIOURS, source, references=references))


def _mono(program: Path) -> Sequence[str]:
    return ["mono", "--debug", str(program)]


def address(server: LiveServer) -> str:
    """The server's address as the client takes it."""
    return f"http://{server.http_target}"


CLIENT = Client("C#", _build, address)
UNITY_CLIENT = Client("Unity", _build_for_unity, address)
