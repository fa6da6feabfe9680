"""Who may call: holders of a token."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import grpc

from aepsych_grpc.error import Reason, ServiceError
from aepsych_grpc.server.errors import abort, status_of

_OPEN = "/grpc.health.v1.Health/"
"""Health is told to anyone: those who ask are load balancers and supervisors without a token."""

_SCHEME = "bearer "


def read_tokens(file: Path) -> tuple[str, ...]:
    """Read tokens, one a line; empty lines and lines that begin with # are skipped.

    Raises:
        ValueError: The file has no token, or one with spaces or characters beyond ASCII.
        OSError: The file can't be read.
    """
    lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    tokens = tuple(line for line in lines if line and not line.startswith("#"))
    if not tokens:
        raise ValueError(f"{file} has no token; write one a line.")
    if any(not token.isascii() or len(token.split()) > 1 for token in tokens):
        raise ValueError(f"{file} has a token with spaces or characters beyond ASCII; write one a line.")
    return tokens


class Tokens:
    """The tokens that let in."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._digests = tuple(_digest(token) for token in tokens)

    def admit(self, given: Sequence[str]) -> bool:
        """Whether the values of `authorization` that came with a call let it in."""
        if len(given) != 1 or not given[0].lower().startswith(_SCHEME):
            return False
        digest = _digest(given[0][len(_SCHEME) :].strip())
        # Every token is compared, each in constant time, so that the time taken tells nothing about them.
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(matches)


def token_missing(how: str) -> ServiceError:
    """Make the error of a call without a valid token; `how` says where to put one."""
    return ServiceError(Reason.TOKEN_MISSING_OR_INVALID, f"No valid token came with the call; send the {how}.")


class TokenInterceptor(grpc.ServerInterceptor):  # type: ignore[type-arg]  # generic in the stubs alone
    """Refuses calls without `authorization: Bearer TOKEN`, except those to the health service."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Pass the call on, or refuse it."""
        handler = continuation(handler_call_details)
        if handler is None or handler_call_details.method.startswith(_OPEN) or self._admits(handler_call_details):
            return handler
        return _refusing(handler)

    def _admits(self, details: grpc.HandlerCallDetails) -> bool:
        metadata = details.invocation_metadata or ()
        return self._tokens.admit([str(value) for key, value in metadata if key == "authorization"])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _refusing(handler: "grpc.RpcMethodHandler[Any, Any]") -> "grpc.RpcMethodHandler[Any, Any]":
    def refuse(_request: Any, context: grpc.ServicerContext) -> Any:
        abort(context, status_of(token_missing('metadata "authorization: Bearer TOKEN"')))

    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    return make(refuse, handler.request_deserializer, handler.response_serializer)
