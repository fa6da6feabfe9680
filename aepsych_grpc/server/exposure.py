"""Who can reach the server: this machine alone, or others too, and then how they are kept honest."""

import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc

from aepsych_grpc.server.auth import Tokens, read_tokens

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 50051


_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#\s]+")
"""An origin as browsers send it."""


class ExposureError(ValueError):
    """The address, TLS files and tokens given don't go together; nothing was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Where the server listens and whom it answers.

    Attributes:
        host: Name or address to listen on; "0.0.0.0" or "::" for all of the machine's.
        port: Port for gRPC; 0 for a free one.
        http_port: Port for HTTP/1.1; 0 for a free one, None for none.
        cors_origins: Origins of the web pages that may call over HTTP; "*" for all.
        tls_cert: File of the certificate chain in PEM, the server's own first.
        tls_key: File of its private key in PEM.
        token_file: File of the tokens that callers may show, one a line.
        insecure: Listen beyond this machine even without TLS or tokens.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    http_port: int | None = None
    cors_origins: tuple[str, ...] = ()
    tls_cert: Path | None = None
    tls_key: Path | None = None
    token_file: Path | None = None
    insecure: bool = False

    @property
    def target(self) -> str:
        """Host and port as one text; an IPv6 address in brackets."""
        return f"{bracketed(self.host)}:{self.port}"

    def check(self) -> None:
        """Check that others than this machine can reach the server only over TLS and with a token.

        Raises:
            ExposureError: They could, or a file is missing.
        """
        if (self.tls_cert is None) != (self.tls_key is None):
            given, missing = ("--tls-cert", "--tls-key") if self.tls_cert else ("--tls-key", "--tls-cert")
            raise ExposureError(f"{given} is given without {missing}; TLS needs both files.")
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise ExposureError(
                    f'--cors-origin "{origin}" is no origin; write scheme, host and port (if it is not the usual one), '
                    'such as https://lab.example.org or http://localhost:8080; or "*" for all.'
                )
        if is_loopback(self.host) or self.insecure:
            return
        if self.tls_cert is None or self.token_file is None:
            raise ExposureError(
                f"{self.host} can be reached from other machines. Give --tls-cert and --tls-key, so that nobody reads "
                "participants' data on the way, and --token-file, so that only those with a token may call; or "
                "--insecure to do without, on a network that you trust."
            )

    def credentials(self) -> grpc.ServerCredentials | None:
        """Read the TLS files; None without.

        Raises:
            ExposureError: A file can't be read.
        """
        if self.tls_cert is None or self.tls_key is None:
            return None
        try:
            return grpc.ssl_server_credentials([(self.tls_key.read_bytes(), self.tls_cert.read_bytes())])
        except OSError as error:
            raise ExposureError(f"A TLS file can't be read: {error}.") from None

    def tls_context(self) -> ssl.SSLContext | None:
        """Read the TLS files for HTTP; None without.

        Raises:
            ExposureError: A file can't be read.
        """
        if self.tls_cert is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.tls_cert, self.tls_key)
        except OSError as error:
            raise ExposureError(f"A TLS file can't be read: {error}.") from None
        return context

    def tokens(self) -> Tokens | None:
        """Read the tokens; None without.

        Raises:
            ExposureError: The file can't be read, or has no tokens.
        """
        if self.token_file is None:
            return None
        try:
            return Tokens(read_tokens(self.token_file))
        except (OSError, ValueError) as error:
            raise ExposureError(f"The tokens can't be read: {error}") from None

    @property
    def here_only(self) -> bool:
        """Whether nothing but the address keeps strangers away."""
        return is_loopback(self.host) and self.token_file is None and not self.insecure


def bracketed(host: str) -> str:
    """Return the host as it stands before a port: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
