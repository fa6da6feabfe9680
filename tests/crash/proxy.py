"""A wire between client and server that can be cut in one direction."""

import socket
import threading
from contextlib import suppress

CHUNK = 65_536


class Proxy:
    """Passes bytes between whoever connects and a server; while `mute`, what the server sends is thrown away.

    Attributes:
        target: Where to connect.
        mute: Whether answers are lost on the way.
    """

    def __init__(self, server_port: int) -> None:
        self.mute = False
        self._server_port = server_port
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                self._ends += [client, server]
                threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, from_server: bool) -> None:
        with suppress(OSError):  # cut
            while data := source.recv(CHUNK):
                if not (from_server and self.mute):
                    sink.sendall(data)

    def cut(self) -> None:
        """Break all connections; new ones can be made."""
        while self._ends:
            end = self._ends.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
