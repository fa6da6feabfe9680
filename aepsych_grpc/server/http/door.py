"""The door for HTTP/1.1: uvicorn in a thread of its own."""

import asyncio
import socket
import ssl
import threading

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from aepsych_grpc.server.http.application import Application

KEEP_ALIVE_SECONDS = 300
"""How long an idle connection stays open: longer than clients keep theirs, lest one sends a call into a closed one."""

MAX_HEAD_BYTES = 64 * 1024
"""The request line and the headers of a request."""


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1 without delays, and with a limit on what is read before a request is looked at."""

    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin a connection."""
        # asyncio does it for sockets that it has made itself. Without, the body of an answer waits 40 ms for the caller
        # to acknowledge its head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MAX_HEAD_BYTES:
            raise ValueError  # the parser makes an invalid request of it: 400, and the connection is closed


class HttpDoor:
    """Answers HTTP requests until it is stopped."""

    def __init__(self, application: Application, sockets: list[socket.socket], tls: ssl.SSLContext | None) -> None:
        config = uvicorn.Config(
            application,
            interface="asgi3",
            loop="asyncio",
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            ssl_context_factory=None if tls is None else lambda *_: tls,
        )
        self._server = uvicorn.Server(config)
        self._sockets = sockets
        # Signals stay with the main thread: uvicorn takes them only if it runs there.
        self._thread = threading.Thread(target=self._run, name="http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port, and the connections once what is being answered has been sent."""
        self._server.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._server.serve(self._sockets))
