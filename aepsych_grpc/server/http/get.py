"""A call that comes with GET, its message in the query: Connect's way for calls without side effects."""

import base64
import binascii
from dataclasses import replace
from urllib.parse import parse_qs

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.http.exchange import HttpRequest


def as_post(request: HttpRequest) -> tuple[HttpRequest, bytes]:
    """Return the same call as POST would bring it, and its body.

    Raises:
        ServiceError: INVALID_REQUEST.
    """
    query = {name: values[-1] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    if query.get("connect", "v1") != "v1":
        raise _refused(f'connect is "{query["connect"][:60]}"; expected is v1.')
    if "message" not in query:
        raise _refused("There is no message; a call with GET has ?encoding=json&message={...} behind its path.")
    headers = request.headers | {
        "content-type": (f"application/{query.get('encoding', '')}",),
        "content-encoding": (query.get("compression", ""),),
    }
    return replace(request, headers=headers), _message(query["message"], base64_=query.get("base64") == "1")


def _message(text: str, *, base64_: bool) -> bytes:
    if not base64_:
        return text.encode()
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _refused("The message is not in base64 (with - and _), as base64=1 says.") from None


def _refused(message: str) -> ServiceError:
    return ServiceError(Reason.INVALID_REQUEST, message)
