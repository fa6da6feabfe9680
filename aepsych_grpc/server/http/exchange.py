"""An HTTP request without its body, and a whole response."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is known of a request before its body is read.

    Attributes:
        method: In capitals.
        path: With percent signs resolved.
        query: What follows the question mark, as it was sent.
        headers: Values by name, in lower case.
    """

    method: str
    path: str
    query: str
    headers: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, scope: Mapping[str, Any]) -> "HttpRequest":
        """Take it from ASGI's scope."""
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1")
            headers[key] = (*headers.get(key, ()), value.decode("latin-1"))
        return cls(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers)

    def header(self, name: str) -> str:
        """Return the value of a header; empty without."""
        return ", ".join(self.headers.get(name, ()))

    @property
    def content_type(self) -> str:
        """Content-Type without parameters such as the charset."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Response:
    """A response that is sent at once."""

    status: int
    content_type: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def plain(status: int, text: str, *headers: tuple[str, str]) -> Response:
    """Make a response for people."""
    return Response(status, "text/plain; charset=utf-8", text.encode(), headers)
