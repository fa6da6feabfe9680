"""Who may call over HTTP: holders of a token, or programs of this machine."""

from dataclasses import dataclass

from aepsych_grpc.server.auth import Tokens
from aepsych_grpc.server.exposure import is_loopback
from aepsych_grpc.server.http.exchange import HttpRequest, Response, plain


@dataclass(frozen=True, slots=True)
class Access:
    """Lets requests in.

    Attributes:
        tokens: The tokens that callers must show; None for none.
        here_only: Whether requests must be for this machine by name. A web page can give its own name this machine's
            address, and then is no stranger to a browser: but the browser sends the page's name as that of the host.
    """

    tokens: Tokens | None
    here_only: bool

    def misdirected(self, request: HttpRequest) -> Response | None:
        """Return the refusal of a request that is for a machine of another name."""
        host = request.header("host")
        name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
        if not self.here_only or not host or is_loopback(name.lower()):
            return None
        return plain(
            421,
            f'This server is for its own machine alone, and was called as "{host[:200]}". Call it as localhost, or '
            "start it with --token-file, or with --insecure.\n",
        )

    def admit(self, request: HttpRequest) -> bool:
        """Whether a call comes with a token, if it must."""
        return self.tokens is None or self.tokens.admit(request.headers.get("authorization", ()))
