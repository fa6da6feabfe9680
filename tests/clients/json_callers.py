"""curl, grpcurl and a web page as callers: JSON in, JSON out."""

import atexit
import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from google.protobuf.json_format import MessageToDict
from google.rpc import error_details_pb2
from google.rpc.code_pb2 import Code

from clients.web_page import WebPage

SERVICE = "aepsych_grpc.v1.ExperimentService"
GRPCURL = shutil.which("grpcurl", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "grpcurl"
SOON = 0.001
"""Seconds within which no call is answered."""


class RefusedError(Exception):
    """A call was refused."""

    def __init__(self, code: str, message: str, details: Sequence[dict[str, Any]]) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.reason = next((detail["reason"] for detail in details if "reason" in detail), "")
        self.violations: dict[str, str] = {
            item["field"]: item["description"] for detail in details for item in detail.get("fieldViolations", ())
        }


class Caller(Protocol):
    """Something that calls the service."""

    not_a_number: Any
    """What stands for NaN in JSON that it can send."""

    def call(self, method: str, request: dict[str, Any], *, hurried: bool = False) -> dict[str, Any]:
        """Return the response; raises RefusedError."""


@dataclass(frozen=True, slots=True)
class Curl:
    """Connect's JSON over HTTP/1.1."""

    address: str
    not_a_number: Any = field(default=float("nan"))

    def call(self, method: str, request: dict[str, Any], *, hurried: bool = False) -> dict[str, Any]:
        command = ["curl", "-q", "--silent", "--show-error", "--data-binary", "@-"]
        command += ["--header", "Content-Type: application/json", "--write-out", "\n%{http_code}"]
        if hurried:
            command += ["--header", f"Connect-Timeout-Ms: {SOON * 1000:.0f}"]
        ran = _run([*command, f"http://{self.address}/{SERVICE}/{method}"], request)
        body, _, status = ran.stdout.rpartition("\n")
        answer = json.loads(body) if ran.returncode == 0 else {}
        return _answer_of_connect(status, answer, ran.stderr)


@dataclass(frozen=True, slots=True)
class Grpcurl:
    """gRPC, with the server's own description of itself."""

    address: str
    not_a_number: Any = "much"  # JSON has no NaN, and grpcurl sends what JSON has

    def call(self, method: str, request: dict[str, Any], *, hurried: bool = False) -> dict[str, Any]:
        command = [GRPCURL, "-plaintext", "-format-error", "-d", "@"]
        if hurried:
            command += ["-max-time", str(SOON)]
        ran = _run([*command, self.address, f"{SERVICE}/{method}"], request)
        if ran.returncode == 0:
            return json.loads(ran.stdout)
        if not ran.stderr.lstrip().startswith("{"):
            hurry = hurried and "deadline exceeded" in ran.stderr
            raise RefusedError("DEADLINE_EXCEEDED" if hurry else "UNAVAILABLE", ran.stderr, ())
        status = json.loads(ran.stderr)
        details = [_unpacked(detail) for detail in status.get("details", ())]
        raise RefusedError(Code.Name(status["code"]), status.get("message", ""), details)


def _unpacked(detail: dict[str, Any]) -> dict[str, Any]:
    """Read a detail that grpcurl, which knows the contract alone, has left in base64."""
    if "@value" not in detail:
        return detail
    message = getattr(error_details_pb2, detail["@type"].rpartition(".")[2])
    return MessageToDict(message.FromString(base64.b64decode(detail["@value"] + "==")))


class Chromium:
    """Connect's JSON by `fetch`, from a page in a browser."""

    not_a_number: Any = "much"  # JSON has no NaN: JSON.stringify writes null

    def __init__(self, address: str) -> None:
        self._address, self._page = address, WebPage()
        atexit.register(self._page.close)

    def call(self, method: str, request: dict[str, Any], *, hurried: bool = False) -> dict[str, Any]:
        headers = {"Connect-Timeout-Ms": f"{SOON * 1000:.0f}"} if hurried else {}
        status, answer = self._page.call(f"http://{self._address}/{SERVICE}/{method}", request, headers)
        return _answer_of_connect(str(status), answer, "")


def _answer_of_connect(status: str, answer: Any, otherwise: str) -> dict[str, Any]:
    if status == "200":
        return answer
    if not isinstance(answer, dict) or not answer:
        raise RefusedError("UNAVAILABLE", otherwise or str(answer), ())
    details = [detail["debug"] for detail in answer.get("details", ())]
    raise RefusedError(answer["code"].upper(), answer["message"], details)


def _run(command: Sequence[str], request: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input=json.dumps(request), capture_output=True, text=True, encoding="utf-8", timeout=60, check=False
    )


CALLERS = {"curl": Curl, "grpcurl": Grpcurl, "chromium": Chromium}
