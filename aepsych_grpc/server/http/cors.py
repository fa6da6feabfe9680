"""Which web pages may call, by their origin: a browser asks before it lets them."""

from collections.abc import Iterable

from aepsych_grpc.server.http.exchange import HttpRequest, Response, plain

_ALLOWED_HEADERS = (
    "Content-Type, Authorization, Connect-Protocol-Version, Connect-Timeout-Ms, Grpc-Timeout, X-Grpc-Web, X-User-Agent"
)
_KEPT_SECONDS = 7200
"""How long a browser may remember the answer; Chrome takes no more."""


class Cors:
    """The origins whose pages may call."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origins)

    def headers(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """Return what is added to every response, so that a page may read it."""
        if not self._origins:
            return ()
        vary = ("Vary", "Origin")
        origin = request.header("origin")
        if not origin or not self._admit(origin):
            return (vary,)
        exposed = "Grpc-Status, Grpc-Message, Grpc-Status-Details-Bin"
        return (vary, ("Access-Control-Allow-Origin", origin), ("Access-Control-Expose-Headers", exposed))

    def preflight(self, request: HttpRequest) -> Response:
        """Answer a browser that asks whether a page may call."""
        origin = request.header("origin")
        if not self._admit(origin):
            return plain(
                403, f"Pages of {origin[:200]} may not call; start the server with --cors-origin to let them.\n"
            )
        headers = [
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", _ALLOWED_HEADERS),
            ("Access-Control-Max-Age", str(_KEPT_SECONDS)),
            ("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers"),
        ]
        if request.header("access-control-request-private-network") == "true":
            headers.append(("Access-Control-Allow-Private-Network", "true"))
        return Response(204, "", b"", tuple(headers))

    def _admit(self, origin: str) -> bool:
        return "*" in self._origins or origin in self._origins
