"""Page tokens: opaque to the caller, bound to the filters they were made with."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message

from aepsych_grpc.server.checks import Checks
from aepsych_grpc.server.limits import MAX_PAGE

T = TypeVar("T")

_DIGEST_BYTES = 8


def page_size(given: int, default: int, checks: Checks) -> int:
    """Return the size of a page: the default for 0, at most MAX_PAGE."""
    checks.at_least("page_size", given, 0)
    return min(given or default, MAX_PAGE)


def make_token(place: Any, request: Message) -> str:
    """Return the token for the page that begins at `place`, a JSON value."""
    body = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_seal(body, request) + body).decode().rstrip("=")


def read_token(token: str, request: Message, checks: Checks, read: Callable[[Any], T]) -> T | None:
    """Return the place in a token that was made for the same request, None for the first page.

    `read` makes the place of what `make_token` was given; whatever it cannot read is refused.
    """
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    seal, body = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
    if seal == _seal(body, request):
        try:
            return read(json.loads(body))
        except (ValueError, TypeError, LookupError):
            pass  # somebody else's work; refused like any other
    checks.refuse(
        "page_token",
        "It is no next_page_token of a call with the same other fields; leave it out to begin at the first page.",
    )
    return None


def _seal(body: bytes, request: Message) -> bytes:
    filters = type(request)()
    filters.CopyFrom(request)
    filters.ClearField("page_size")
    filters.ClearField("page_token")
    content = type(request).__name__.encode() + filters.SerializeToString(deterministic=True)
    return hashlib.sha256(hashlib.sha256(content).digest() + body).digest()[:_DIGEST_BYTES]
