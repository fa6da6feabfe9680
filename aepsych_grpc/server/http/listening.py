"""The sockets that the door listens on."""

import errno
import socket
from contextlib import ExitStack

from aepsych_grpc.server.exposure import ExposureError, bracketed

_BACKLOG = 512


_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
"""A machine without IPv6 may still have a name with such an address."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of a host that this machine has; port 0 takes one that is free.

    Raises:
        ExposureError: The port is taken, or no address is this machine's.
    """
    with ExitStack() as on_failure:
        sockets: list[socket.socket] = []
        try:
            for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE):
                chosen = port or (sockets[0].getsockname()[1] if sockets else 0)
                one = _listen(family, str(address[0]), chosen, everywhere=host == "::")
                if one is not None:
                    sockets.append(on_failure.enter_context(one))
        except OSError:
            raise _taken(host, port) from None
        if not sockets:
            raise _taken(host, port)
        on_failure.pop_all()
        return sockets


def _listen(family: int, address: str, port: int, *, everywhere: bool) -> socket.socket | None:
    """Listen on an address; None if this machine hasn't got it."""
    both = family == socket.AF_INET6 and everywhere and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((address, port), family=family, backlog=_BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        if error.errno in _NOT_HERE:
            return None
        raise


def _taken(host: str, port: int) -> ExposureError:
    return ExposureError(
        f"Can't listen on {bracketed(host)}:{port} for HTTP: another program has the port, or this machine has no "
        "such address. Choose another with --http-port (0 takes a free one) or --host, or leave it out: --no-http."
    )
