"""Addresses of servers."""

import re

from aepsych_grpc.client.arguments import text

DEFAULT_PORT = 50051
"""The port of `aepsych-grpc serve` unless told otherwise."""

DEFAULT_TARGET = f"127.0.0.1:{DEFAULT_PORT}"
"""Where `aepsych-grpc serve` listens unless told otherwise."""

_HOST = re.compile(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", re.ASCII)


def address(target: str) -> str:
    """Return the address of a server, "HOST:PORT", from one that may lack the port.

    Anything else that gRPC understands is returned as it is, such as "unix:/run/aepsych.sock".

    Raises:
        TypeError: It is no text.
        ValueError: It is empty, or the address of a web page.
    """
    given = text("target", target).strip()
    if not given:
        raise ValueError(f'The address of the server is empty; write "HOST:PORT", such as "{DEFAULT_TARGET}".')
    scheme, separator, rest = given.partition("://")
    if separator and scheme.lower() in ("http", "https"):
        secure = " with tls=True" if scheme.lower() == "https" else ""
        raise ValueError(f'The address of the server is "{given}"; write "{rest.rstrip("/")}"{secure}.')
    return f"{given}:{DEFAULT_PORT}" if _HOST.fullmatch(given) else given
